# SPDX-License-Identifier: Apache-2.0
"""`changerctl discover` against the sysfs and the udev database of a real kernel."""
import json

from machine import NOBODY_SPECIAL, GuestTest, Installed, Simulated, Tgt, by_id, fact, links, nodes, run

CHANGER, TAPE = 8, 1


class Discovery(GuestTest):
    """Two libraries at once, with two drives each; no daemon."""

    @classmethod
    def setUpClass(cls):
        Installed().configure()
        cls.tgt = Tgt()
        cls.addClassCleanup(cls.tgt.stop)
        cls.sim = Simulated("--instant")
        cls.addClassCleanup(cls.sim.stop)
        for it in (cls.tgt, cls.sim):
            it.session.login()
            cls.addClassCleanup(it.session.logout)

    def discovered(self, *before):
        document = json.loads(run(*before, "changerctl", "discover", "--json").stdout)
        self.assertEqual(document["schema"], "changer.discover/1")
        return document["devices"]

    def test_it_lists_exactly_the_changers_and_drives_of_the_kernel(self):
        kernel = {(node.serial, node.sg, {CHANGER: "changer", TAPE: "tape"}[node.type])
                  for node in nodes().values() if node.type in (CHANGER, TAPE)}
        self.assertEqual(len(kernel), 6)
        self.assertEqual({(it["serial"], it["device"], it["type"]) for it in self.discovered()}, kernel)

    def test_changers_come_first(self):
        self.assertEqual([it["type"] for it in self.discovered()], ["changer"] * 2 + ["tape"] * 4)

    def test_each_changer_has_the_link_to_configure_it_by(self):
        for serial in (Tgt.changer, Simulated.changer):
            with self.subTest(serial=serial):
                fact(f"links to {serial}: {links(nodes()[serial].sg)}")
                found = next(it for it in self.discovered() if it["serial"] == serial)
                self.assertEqual(found["by_id"], by_id(serial))
                self.assertIsNone(found["tape_node"])

    def test_each_drive_has_its_tape_node(self):
        for found in self.discovered():
            if found["type"] == "tape":
                with self.subTest(serial=found["serial"]):
                    self.assertIn(found["tape_node"].removeprefix("/dev/"), nodes()[found["serial"]].drivers)
                    self.assertIn(found["by_id"], links(found["tape_node"]))

    def test_a_table_for_people(self):
        table = run("changerctl", "discover").stdout
        for it in self.discovered():
            line = next(line for line in table.splitlines() if it["serial"] in line)
            self.assertIn(it["by_id"], line)
            self.assertIn(it["product"], line)

    def test_nobody_needs_a_right_for_it(self):
        self.assertEqual(self.discovered(*NOBODY_SPECIAL), self.discovered())

    def test_it_sends_no_command(self):
        before = self.sim.show()["commands"]
        self.discovered()
        self.assertEqual(self.sim.show()["commands"], before)
