// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"
#include "sim/control.hpp"
#include "sim/iscsi/target.hpp"
#include "transport/iscsi_transport.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

using namespace changer;
using namespace changer::test;

namespace {

using Words = std::vector<std::string>;

/// A library served by a thread of its own, on a free port, with a control socket.
class Served {
  public:
    explicit Served(std::string_view options)
        : library_(*sim::parse_options(options), clock_)
        , loop_(*sim::Loop::create(libraries_, clock_)) {
        std::string pattern = "/tmp/changersim-test-XXXXXX";
        REQUIRE(mkdtemp(pattern.data()));
        directory_ = pattern;
        REQUIRE(sim::listen_for_control(*loop_, libraries_, control_path()));
        const auto target =
            sim::iscsi::Target::listen(*loop_, library_, clock_, {}, "iqn.2026-01.test.local:sim");
        REQUIRE(target);
        url_ = target->url(0);
        thread_ = std::thread([this] { loop_->run(); });
    }

    ~Served() {
        loop_->stop();
        thread_.join();
        loop_.reset();
        rmdir(directory_.c_str());
    }

    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    std::string control_path() const { return directory_ + "/ctl"; }

    Result<std::string> control(const Words& words) {
        return sim::request_control(control_path(), words);
    }

    nlohmann::json show() {
        const auto text = control({"show", "--json"});
        REQUIRE(text);
        return nlohmann::json::parse(*text, nullptr, false);
    }

    /// Logs in through libiscsi; none if this build has no iSCSI support.
    std::unique_ptr<Transport> log_in(std::string name = "iqn.2026-01.test.local:host") {
        const auto url = parse_iscsi_url(url_);
        REQUIRE(url);
        IscsiOptions options;
        options.initiator_name = std::move(name);
        auto transport = IscsiTransport::open(*url, options);
        if (!transport)
            MESSAGE(to_string(transport.error()));
        return transport ? *std::move(transport) : nullptr;
    }

    sim::Library& library() { return library_; }

  private:
    SystemClock clock_;
    sim::Library library_;
    std::vector<sim::Library*> libraries_{&library_};
    std::unique_ptr<sim::Loop> loop_;
    std::string directory_;
    std::string url_;
    std::thread thread_;
};

Result<Completion>
send(Transport& transport, const scsi::Cdb& cdb, std::span<std::byte> room = {}) {
    return transport.execute({.cdb = cdb, .data_in = room, .timeout = 20s});
}

std::optional<Sense> sense(Transport& transport, const scsi::Cdb& cdb) {
    const auto done = send(transport, cdb);
    REQUIRE(done);
    if (done->status == scsi::Status::good)
        return std::nullopt;
    return scsi::decode_sense(done->sense)->sense;
}

constexpr auto test_unit_ready = scsi::encode(scsi::TestUnitReady{});
constexpr auto move_1_to_20 = scsi::encode(scsi::MoveMedium{
    .source = scsi::ElementAddress{0x400}, .destination = scsi::ElementAddress{0x413}});

} // namespace

TEST_SUITE("sim/served") {
    TEST_CASE("an operator's verbs do what they say, over the socket") {
        Served served("default?instant");

        struct stat found {};

        REQUIRE(stat(served.control_path().c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);

        CHECK(served.control({"insert", "NEW001L8", "20"}).error().code ==
              Code::medium_not_accessible);
        CHECK(served.control({"open-door"}));
        CHECK(served.show()["door"] == "open");
        CHECK(served.control({"insert", "NEW001L8", "20"}));
        CHECK(served.control({"remove", "1"}));
        CHECK(served.control({"swap", "2", "slot:21"}));
        CHECK(served.control({"close-door"}));
        CHECK(served.control({"open-mail"}));
        CHECK(served.control({"insert", "NEW002L8", "mail:1"}));
        CHECK(served.control({"close-mail"}));
        CHECK(served.control({"foreign-move", "2", "22"}).error().what ==
              "the library refuses it: 5/3B/0E");
        CHECK(served.control({"foreign-move", "3", "22"}));
        CHECK(served.control({"label", "22", "bareos", "Full-0001"}));
        CHECK(served.control({"dirty", "drive:1"}));
        CHECK(served.show()["drives"][0]["needs_cleaning"] == true);
        CHECK(served.control({"panel"}));
        CHECK(served.control({"power-cycle"}));
        CHECK(served.control({"offline"}));
        CHECK(served.show()["ready"] == false);
        CHECK(served.control({"online"}));
        CHECK(served.control({"fault", "move:drop"}));
        CHECK(served.control({"fault", "clear"}));
        const auto state = served.library().snapshot();
        CHECK(state.at(slot(20)) == "NEW001L8");
        CHECK_FALSE(state.at(slot(1)));
        CHECK(state.at(slot(21)) == "VT0002L8");
        CHECK(state.at(slot(22)) == "VT0003L8");
        CHECK(state.at(mail(1)) == "NEW002L8");
        CHECK(served.control({"show"})->find("NEW002L8") != std::string::npos);
    }

    TEST_CASE("a verb that is none, or lacks something, is an error that says so") {
        Served served("default?instant");
        CHECK(served.control({}).error().code == Code::usage);
        CHECK(served.control({"fly"}).error().what == "there is no verb \"fly\"");
        CHECK(served.control({"insert", "X"}).error().code == Code::usage);
        CHECK(served.control({"insert", "X", "99"}).error().code == Code::not_found);
        CHECK(served.control({"insert", "X"}).error().what ==
              "it reads: insert BARCODE SLOT [new]");
        CHECK(served.control({"fault", "fly"}).error().code == Code::invalid_parameter);
        CHECK(served.control({"pull-magazine", "1"}).error().what ==
              "this library has no magazines: open-door");
        CHECK(served.control({"pull-magazine", "x"}).error().what == "\"x\" is no magazine: 1");
        CHECK(served.control({"insert", "X", "20", "old"}).error().code == Code::usage);
        CHECK(served.control({"label", "1", "gold"}).error().code == Code::invalid_parameter);
        CHECK(served.control({"dirty", "1"}).error().what == "@1024 is no drive");
        CHECK(served.control({"online"}).error().what == "the library is on-line already");
        CHECK(served.control({"close-mail"}).error().what == "the mail slots are not open");
        CHECK(served.control({"after"}).error().code == Code::usage);
        CHECK(served.control({"after", "x", "open-door"}).error().code == Code::usage);
        CHECK(served.control({"after", "1"}).error().what == "which verb?");
        CHECK(served.control({"after", "1", "fly"}).error().what == "there is no verb \"fly\"");
        CHECK(served.control({"partition"}).error().code == Code::usage);
        CHECK(served.control({"partition", "2", "show"}).error().what ==
              "there is no partition 2: there are 1");
        CHECK(served.control({"stop", "now"}).error().code == Code::usage);
        CHECK(served.control({"show", "--xml"}).error().code == Code::usage);
        CHECK(served.control({std::string(5000, 'x')}).error().code == Code::usage);
        CHECK(sim::request_control("/nonexistent", Words{"show"}).error().code ==
              Code::unreachable);
    }

    TEST_CASE("every verb is in the help, with its operands") {
        const auto help = sim::control_help();
        for (const auto* verb : {"open-door",
                                 "close-door",
                                 "insert BARCODE SLOT",
                                 "remove SLOT",
                                 "swap SLOT SLOT",
                                 "pull-magazine N",
                                 "push-magazine N",
                                 "open-mail",
                                 "close-mail",
                                 "offline",
                                 "online",
                                 "reset",
                                 "fault SPEC",
                                 "show [--json]",
                                 "stop",
                                 "after MS VERB",
                                 "partition N VERB"}) {
            CAPTURE(verb);
            CHECK(help.find(verb) != std::string::npos);
        }
    }

    TEST_CASE("what an operator does later is done later, and one after the other") {
        Served served("default?instant");
        CHECK(served.control({"after", "1", "open-door"}));
        CHECK(served.control({"after", "2", "insert", "NEW001L8", "20"}));
        CHECK(served.control({"after", "3", "close-door"}));
        while (served.library().snapshot().at(slot(20)) != "NEW001L8" ||
               served.show()["door"] == "open")
            std::this_thread::yield();
        CHECK(served.library().snapshot().count(0x00) == 0);
    }

    TEST_CASE("a verb is about the first partition, or the one that is named") {
        ManualClock clock;
        const auto whole = *sim::parse_options("default?instant");
        const auto cabinet = std::make_shared<sim::Cabinet>();
        sim::Library first(sim::partition(whole, 1, 2), clock, cabinet);
        sim::Library second(sim::partition(whole, 2, 2), clock, cabinet);
        const std::vector<sim::Library*> libraries{&first, &second};
        auto loop = sim::Loop::create(libraries, clock);
        REQUIRE(loop);
        const auto control = [&](const Words& words) {
            return sim::control(sim::Libraries(libraries), **loop, words);
        };
        CHECK(control({"partition", "2", "open-door"}));
        CHECK(first.snapshot().door == sim::DoorState::open);
        CHECK(control({"partition", "2", "insert", "NEW002L8", "20"}));
        CHECK(control({"insert", "NEW001L8", "20"}));
        CHECK(first.snapshot().at(slot(20)) == "NEW001L8");
        CHECK(second.snapshot().at(slot(20)) == "NEW002L8");
        CHECK(control({"partition", "2", "fault", "tur:sense=2/04/03"}));
        CHECK(control({"close-door"}));
        const auto meets = [&](sim::Library& library) {
            return Host(std::shared_ptr<sim::Library>(&library, [](auto*) {}), clock).ready();
        };
        CHECK(meets(first) == Sense{0x6, 0x29, 0x00});
        CHECK(meets(second) == Sense{0x2, 0x04, 0x03});
        CHECK(control({"partition", "0", "show"}).error().code == Code::not_found);
        CHECK(control({"partition", "3", "show"}).error().code == Code::not_found);
        CHECK(control({"partition", "1", "partition", "2", "show"}).error().code ==
              Code::not_found);
    }

    TEST_CASE("a socket left behind is replaced, a living one and a file are not") {
        Served served("default?instant");
        SystemClock clock;
        sim::Library library(*sim::parse_options("default"), clock);
        const std::vector<sim::Library*> libraries{&library};
        auto loop = sim::Loop::create(libraries, clock);
        REQUIRE(loop);
        CHECK_FALSE(sim::listen_for_control(**loop, libraries, served.control_path()));
        const auto other = served.control_path() + "2";
        std::ofstream(other) << "x";
        CHECK_FALSE(sim::listen_for_control(**loop, libraries, other));
        unlink(other.c_str());
        CHECK_FALSE(sim::listen_for_control(**loop, libraries, std::string(200, 'x')));
    }

    TEST_CASE("only loopback addresses are listened on") {
        using sim::iscsi::ListenAddress;
        CHECK(ListenAddress::parse("127.0.0.1:3260")->port == 3260);
        CHECK(ListenAddress::parse("127.1.2.3:0"));
        CHECK(ListenAddress::parse("[::1]:1")->host == "::1");
        for (const auto* bad : {"",
                                "127.0.0.1",
                                "0.0.0.0:1",
                                "10.0.0.1:1",
                                "[::]:1",
                                "localhost:1",
                                "127.0.0.1:65536",
                                "127.0.0.1:",
                                ":1",
                                "127.0.0.1:1x"}) {
            CAPTURE(bad);
            CHECK_FALSE(ListenAddress::parse(bad));
        }
    }

    TEST_CASE("through libiscsi: elements, a lock, and a door that it holds") {
        Served served("default?instant");
        const auto host = served.log_in();
        if (!host)
            return;
        CHECK(sense(*host, test_unit_ready) == Sense{0x6, 0x29, 0x00});
        CHECK_FALSE(sense(*host, test_unit_ready));
        Bytes room(65535);
        const auto done = send(
            *host,
            scsi::encode(scsi::ReadElementStatus{.volume_tags = true, .allocation_length = 65535}),
            room);
        REQUIRE(done);
        const auto report = scsi::decode_element_status(std::span(room).first(done->transferred));
        REQUIRE(report);
        CHECK(report->elements.size() == 31);
        CHECK_FALSE(sense(*host, scsi::encode(scsi::PreventAllowMediumRemoval{.prevent = true})));
        CHECK(served.show()["locked_by"] == nlohmann::json::array({"iqn.2026-01.test.local:host"}));
        const auto refused = served.control({"open-door"});
        CHECK(refused.error().code == Code::busy);
        CHECK(refused.error().what == "locked by iqn.2026-01.test.local:host");
        CHECK_FALSE(sense(*host, scsi::encode(scsi::PreventAllowMediumRemoval{})));
        CHECK(served.control({"open-door"}));
        CHECK(sense(*host, test_unit_ready) == Sense{0x2, 0x04, 0x18});
        CHECK(served.control({"close-door"}));
        CHECK(sense(*host, test_unit_ready) == Sense{0x6, 0x28, 0x00});
    }

    TEST_CASE(
        "through libiscsi: a connection lost after the PDU or with the response, one MOVE each") {
        Served served("default?instant");
        const auto host = served.log_in();
        if (!host)
            return;
        CHECK(sense(*host, test_unit_ready));
        for (const auto* fault : {"move:drop", "move:drop-after"}) {
            CAPTURE(fault);
            REQUIRE(served.control({"fault", fault}));
            const unsigned before = served.show()["moves"];
            const auto lost = send(
                *host,
                fault == std::string_view("move:drop")
                    ? move_1_to_20
                    : scsi::encode(scsi::MoveMedium{.source = slot(20), .destination = slot(1)}));
            REQUIRE_FALSE(lost);
            CHECK(lost.error().code == Code::transport_failed);
            const auto next = send(*host, test_unit_ready);
            REQUIRE(next);
            CHECK(next->new_nexus);
            CHECK(served.show()["moves"] == before + 1);
        }
        CHECK(served.show()["commands"]["a5"] == 2);
        CHECK(served.library().snapshot().at(slot(1)) == "VT0001L8");
    }

    TEST_CASE(
        "through libiscsi: several sessions at once, a move of one does not hold up another") {
        Served served("default"); // a move takes 20 s; the operator ends this one
        const auto one = served.log_in("iqn.2026-01.test.local:one");
        const auto two = served.log_in("iqn.2026-01.test.local:two");
        if (!one || !two)
            return;
        CHECK(sense(*one, test_unit_ready));
        CHECK(sense(*two, test_unit_ready));
        std::optional<Sense> end;
        std::thread mover([&] { end = sense(*one, move_1_to_20); });
        while (!served.library().snapshot().moving)
            std::this_thread::yield();
        CHECK(sense(*two, test_unit_ready) == Sense{0x2, 0x04, 0x07});
        CHECK(served.control({"open-door"}));
        mover.join();
        CHECK(end == Sense{0x2, 0x04, 0x18});
        CHECK(served.library().snapshot().at(slot(1)) == "VT0001L8");
    }
}
