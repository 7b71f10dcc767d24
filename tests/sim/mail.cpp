// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "scsi/smc/open_close_import_export_element.hpp"

using namespace changer;
using namespace changer::test;

namespace {

using Action = scsi::OpenCloseImportExportElement::Action;

constexpr Sense accessed{0x6, 0x28, 0x01};

std::optional<Sense> command(Host& host, scsi::ElementAddress element, Action action) {
    return host.sense(
        scsi::encode(scsi::OpenCloseImportExportElement{.element = element, .action = action}));
}

} // namespace

TEST_SUITE("sim/mail") {
    TEST_CASE("a host opens and closes the mail slots, and the operator's hands reach in") {
        Site site;
        CHECK_FALSE(command(site.host, mail(1), Action::open));
        CHECK(site.library->snapshot().mail_open);
        CHECK_FALSE(site.host.element(mail(4)).accessible); // one station
        REQUIRE(site.library->insert("NEW001L8", mail(2)));
        CHECK_FALSE(site.host.element(mail(2)).full); // nobody has looked
        CHECK(site.host.move(mail(2), slot(20)) == Sense{0x2, 0x3A, 0x02});
        CHECK_FALSE(command(site.host, mail(3), Action::close));
        CHECK_FALSE(site.library->snapshot().mail_open);
        CHECK(site.host.attentions() == std::vector{accessed});
        CHECK(site.host.element(mail(2)).import_export);
        CHECK(site.host.element(mail(2)).accessible);
    }

    TEST_CASE("opening what is open and closing what is closed change nothing") {
        Site site;
        CHECK_FALSE(command(site.host, mail(1), Action::close));
        CHECK(site.host.attentions().empty());
        CHECK_FALSE(command(site.host, mail(1), Action::open));
        CHECK_FALSE(command(site.host, mail(1), Action::open));
        CHECK(site.library->open_mail().error().what == "the mail slots are open already");
        REQUIRE(site.library->close_mail());
        CHECK(site.host.attentions() == std::vector{accessed});
        CHECK(site.library->close_mail().error().what == "the mail slots are not open");
    }

    TEST_CASE("PREVENT keeps them shut for hosts and for hands, but lets them be closed") {
        Site site;
        Host other(site.library, site.clock, "host-b");
        other.attentions();
        CHECK_FALSE(site.host.prevent());
        CHECK(command(other, mail(1), Action::open) == Sense{0x5, 0x53, 0x02});
        CHECK_FALSE(site.library->open_mail());
        CHECK_FALSE(site.host.prevent(false));
        CHECK_FALSE(command(other, mail(1), Action::open));
        CHECK_FALSE(site.host.prevent());
        CHECK_FALSE(command(other, mail(1), Action::close));
    }

    TEST_CASE("only mail slots of a ready library are opened") {
        Site site;
        CHECK(command(site.host, slot(1), Action::open) == Sense{0x5, 0x21, 0x01});
        CHECK(command(site.host, scsi::ElementAddress{0x7777}, Action::open) ==
              Sense{0x5, 0x21, 0x01});
        CHECK(site.host.sense(scsi::Cdb(0x1B, 6).put(2, 0x10, 2).put(4, 2, 1)) ==
              Sense{0x5, 0x24, 0x00});
        REQUIRE(site.library->open_door());
        CHECK(command(site.host, mail(1), Action::open) == Sense{0x2, 0x04, 0x18});
        Site without("default?mail=0");
        CHECK(without.library->open_mail().error().what == "this library has no mail slots");
        CHECK(command(without.host, mail(1), Action::open) == Sense{0x5, 0x21, 0x01});
    }

    TEST_CASE("a cartridge that the arm brought is no operator's") {
        Site site;
        CHECK_FALSE(site.host.move(slot(1), mail(1)));
        CHECK_FALSE(site.host.element(mail(1)).import_export);
        CHECK(site.host.element(mail(1)).export_enabled);
        CHECK(site.host.element(mail(1)).import_enabled);
        REQUIRE(site.library->open_mail());
        REQUIRE(site.library->remove(mail(1)));
        REQUIRE(site.library->insert("VT0001L8", mail(1)));
        REQUIRE(site.library->close_mail());
        CHECK(site.host.attentions() == std::vector{accessed});
        CHECK(site.host.element(mail(1)).import_export);
        CHECK_FALSE(site.host.element(mail(1)).source);
    }
}
