// SPDX-License-Identifier: Apache-2.0
#include "changerctl/explain_texts.hpp"
#include "changerctl/explanation.hpp"
#include "changerctl_fixture.hpp"
#include "support/text.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace changer;
using namespace changer::ctl;
using namespace changer::test;

namespace {

using scsi::VendorFamily;

/// None if the words are no question.
std::optional<std::string> read(std::vector<std::string> words) {
    const auto question = read_sense_question(words);
    return question ? std::optional(to_string(*question)) : std::nullopt;
}

nlohmann::json explained(std::vector<std::string> words) {
    words.insert(words.begin(), {"--json", "explain"});
    const auto ran = run_changerctl(words);
    REQUIRE(ran.exit == 0);
    CHECK(ran.err.empty());
    return nlohmann::json::parse(ran.out, nullptr, false);
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

bool is_sentence(std::string_view text) {
    return text.size() > 3 && text.back() != '.' && text.find("  ") == text.npos;
}

Explanation explain_code(const Sense& code, std::optional<VendorFamily> family = std::nullopt) {
    return explain({.code = code}, family);
}

} // namespace

TEST_SUITE("tools/changerctl/sense_question") {
    TEST_CASE("a code is read however manuals and logs write it") {
        for (const auto* text : {"02/04/8E", "2/4/8e", "0x2/0x04/0x8E", "02h/04h/8Eh"}) {
            CAPTURE(text);
            CHECK(read({text}) == "2/04/8E");
        }
        CHECK(read({"0B/5A/97"}) == "B/5A/97");
        CHECK(read({"83/02"}) == "element 83/02");
        CHECK(read({"element", "83/2"}) == "element 83/02");
        CHECK(read({"Element 0x83/0x02"}) == "element 83/02");
    }

    TEST_CASE("sense data of both formats is read, with blanks between the bytes or without") {
        const std::string fixed = "700002000000000a00000000048e00000000";
        CHECK(read({fixed}) == "2/04/8E");
        CHECK(read({"0x" + fixed}) == "2/04/8E");
        CHECK(read({"70 00 02 00 00 00 00 0a 00 00 00 00 04 8e 00 00 00 00"}) == "2/04/8E");
        CHECK(read({"70", "0", "2", "0", "0", "0", "0", "a", "0", "0", "0", "0", "4", "8E"}) ==
              "2/04/8E");
        CHECK(read({"0x70,0x00,0x02,0,0,0,0,0x0a,0,0,0,0,0x04,0x8e"}) == "2/04/8E");
        CHECK(read({"72 06 28 01 00 00 00 00"}) == "6/28/01");
        const auto data = read_sense_question({"71 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 c8 00 "
                                               "04"});
        REQUIRE(data);
        REQUIRE(data->data);
        CHECK(data->data->deferred);
        CHECK(data->data->field);
    }

    TEST_CASE("what is no question is answered with what one looks like") {
        const std::vector<std::vector<std::string>> all{{},
                                                        {""},
                                                        {" "},
                                                        {"2/04"
                                                         "/"},
                                                        {"/"},
                                                        {"2//8E"},
                                                        {"2/04/8E/1"},
                                                        {"2/04/100"},
                                                        {"10/04/8E"},
                                                        {"2/04/8G"},
                                                        {"-2/04/8E"},
                                                        {"2/ 04/8E"},
                                                        {"2/04/8E", "2/04/01"},
                                                        {"element"},
                                                        {"element", "2/04/8E"},
                                                        {"element", "8302"},
                                                        {"04"},
                                                        {"02048E"},
                                                        {"7"},
                                                        {"70"},
                                                        {"70 00 0"
                                                         "2 000"},
                                                        {"hello"},
                                                        {"0x"},
                                                        {"7f 00 02"}};
        for (const auto& words : all) {
            CAPTURE(words.empty() ? "" : words.front());
            const auto question = read_sense_question(words);
            REQUIRE_FALSE(question);
            CHECK(question.error().code == Code::invalid_parameter);
            CHECK(mentions(question.error().what, "KEY/ASC/ASCQ (2/04/8E)"));
        }
    }

    TEST_CASE("a model is told from what it calls itself, by the daemon's own rules") {
        CHECK(family_of_model("IBM 3573-TL") == VendorFamily::bdt);
        CHECK(family_of_model(" IBM      3573-TL         ") == VendorFamily::bdt);
        CHECK(family_of_model("BDT FlexStor II") == VendorFamily::bdt);
        CHECK(family_of_model("IBM 03584L32") == VendorFamily::ibm_3584);
        CHECK(family_of_model("STK SL150") == VendorFamily::oracle);
        CHECK(family_of_model("QUANTUM UHDL") == VendorFamily::quantum_superloader);
        CHECK(family_of_model("AMPEX") == VendorFamily::ampex);
        CHECK_FALSE(family_of_model("ACME 1"));
        CHECK_FALSE(family_of_model(""));
        CHECK_FALSE(family_of_model("   "));
    }
}

TEST_SUITE("tools/changerctl/explain_texts") {
    TEST_CASE("every reaction says what changer and the operator do") {
        for (int i = 0; i <= static_cast<int>(scsi::Reaction::note); ++i) {
            CAPTURE(i);
            const auto text = text_of(static_cast<scsi::Reaction>(i));
            CHECK(is_sentence(text.changer_does));
            CHECK(is_sentence(text.operator_does));
        }
    }

    TEST_CASE("every family has models, every evidence a sentence") {
        for (int i = 0; i <= static_cast<int>(VendorFamily::mhvtl); ++i)
            CHECK_FALSE(models_of(static_cast<VendorFamily>(i)).empty());
        for (int i = 0; i <= static_cast<int>(scsi::DoorEvidence::never); ++i)
            CHECK(is_sentence(text_of(static_cast<scsi::DoorEvidence>(i))));
    }

    TEST_CASE("every meaning of the standard has a cause, and each cause its meaning") {
        for (const auto& row : scsi::standard_sense_rows()) {
            CAPTURE(row.meaning);
            const auto* cause = find_cause(VendorFamily::generic, row.asc, row.first_ascq);
            REQUIRE(cause != nullptr);
            CHECK(is_sentence(cause->cause));
        }
        CHECK(find_cause(VendorFamily::generic, 0x04, 0x8E) == nullptr);
        CHECK(find_cause(VendorFamily::sony, 0x04, 0x8E) == nullptr);
    }
}

TEST_SUITE("tools/changerctl/explanation") {
    TEST_CASE("with a model its maker's meaning applies, and the standard's stands beside it") {
        const auto bdt = explain_code({2, 0x04, 0x83}, VendorFamily::bdt);
        REQUIRE(bdt.applies);
        CHECK(bdt.applies->text == "door open");
        CHECK(bdt.applies->door == scsi::DoorEvidence::open);
        CHECK(bdt.applies->operator_does == "close the door");
        CHECK_FALSE(bdt.standard);
        CHECK(bdt.makers.empty());
        const auto ampex = explain_code({2, 0x04, 0x03}, VendorFamily::ampex);
        CHECK(ampex.summary == "door open");
        REQUIRE(ampex.standard);
        CHECK(ampex.standard->text == "manual intervention required");
    }

    TEST_CASE(
        "without a model every maker's differing meaning is listed, those who agree together") {
        const auto door = explain_code({2, 0x04, 0x83});
        CHECK_FALSE(door.applies);
        REQUIRE(door.makers.size() == 1);
        CHECK(door.makers[0].families == std::vector{VendorFamily::bdt, VendorFamily::exabyte});
        const auto gripper = explain_code({5, 0x3B, 0xA0});
        REQUIRE(gripper.makers.size() == 2);
        CHECK(gripper.makers[0].text == "gripper full");
        CHECK(gripper.makers[1].text == "media type does not match the destination");
        const auto manual = explain_code({2, 0x04, 0x03});
        REQUIRE(manual.applies);
        CHECK(manual.applies->families == std::vector{VendorFamily::generic});
        CHECK(manual.makers.size() == 2);
    }

    TEST_CASE("a maker who means what the standard means is not listed") {
        CHECK(explain_code({6, 0x53, 0x02}).makers.empty());
        CHECK(explain_code({5, 0x3B, 0x0D}).makers.empty());
    }

    TEST_CASE("a code in no table is judged by its key") {
        const auto hardware = explain_code({4, 0x9A, 0x01});
        CHECK_FALSE(hardware.applies);
        CHECK(hardware.makers.empty());
        CHECK(hardware.summary == "hardware error, vendor's code 9A/01");
        CHECK(hardware.by_key.reaction == scsi::Reaction::reread_inventory);
        const auto element = explain({.code = {0, 0x9A, 0x01}, .element = true}, std::nullopt);
        CHECK(element.by_key.reaction == scsi::Reaction::note);
        CHECK(element.summary == "an element's exception, a vendor's code");
    }

    TEST_CASE("every code of every family is explained in whole sentences") {
        for (const auto& row : scsi::vendor_sense_rows())
            for (unsigned key = 0; key <= 16; ++key) {
                if ((row.keys >> key & 1) == 0)
                    continue;
                CAPTURE(row.meaning);
                const SenseQuestion question{
                    .code = {static_cast<std::uint8_t>(key & 0x0F), row.asc, row.first_ascq},
                    .element = key == 16};
                const auto explanation = explain(question, row.family);
                REQUIRE(explanation.applies);
                CHECK(explanation.applies->text == row.meaning);
                CHECK(is_sentence(explanation.applies->changer_does));
                CHECK(is_sentence(explanation.applies->operator_does));
                CHECK((!explanation.applies->cause || is_sentence(*explanation.applies->cause)));
            }
    }
}

TEST_SUITE("tools/changerctl/explain") {
    TEST_CASE("a code with a model is explained for people, without a daemon") {
        const auto ran = run_changerctl(
            {"--socket", "/nowhere", "explain", "02/04/8E", "--device-model", "IBM 3573-TL"});
        CHECK(ran.exit == 0);
        CHECK(ran.err.empty());
        CHECK(ran.out ==
              "2/04/8E: operating in sequential mode\n"
              "  model     IBM TS3100, TS3200, TS4300, Dell TL2000, TL4000, HPE MSL\n"
              "  cause     the library is set to feed its cartridges in order, by itself\n"
              "  changer   lets the command fail with this code, and goes on watching for the\n"
              "            library to become ready\n"
              "  operator  set it to random mode at its panel\n"
              "  door      says nothing of the door\n");
    }

    TEST_CASE("without a model the makers' meanings follow, and how to name the model") {
        const auto ran = run_changerctl({"explain", "2/04/85"});
        CHECK(ran.exit == 0);
        CHECK(mentions(ran.out, "2/04/85: not ready, vendor's code 04/85\n"));
        CHECK(mentions(ran.out,
                       "\nIBM TS3100, TS3200, TS4300, Dell TL2000, TL4000, HPE MSL: firmware "
                       "upgrade in\n  progress\n"));
        CHECK(mentions(ran.out,
                       "\nIBM 3584, TS3500, TS4500, Diamondback: library paused by the "
                       "operator\n"));
        CHECK(mentions(ran.out, "--device-model"));
        CHECK(mentions(run_changerctl({"explain", "2/04/85", "--device-model", "ACME X"}).out,
                       "\"ACME X\" is not among the models with codes of their own"));
    }

    TEST_CASE("an element's exception and an unknown code are explained as what they are") {
        const auto element =
            run_changerctl({"explain", "element", "83/02", "--device-model", "EXABYTE 224"}).out;
        CHECK(mentions(element, "element 83/02: slot or magazine not installed\n"));
        CHECK(mentions(element, "takes the element for one that is not there"));
        const auto magazine = run_changerctl({"explain", "element", "3B/12"}).out;
        CHECK(mentions(magazine, "  changer   refuses moves from and to the element"));
        const auto unknown = run_changerctl({"explain", "4/9A/01"}).out;
        CHECK(mentions(unknown, "it is judged by its key alone"));
        CHECK(mentions(unknown, "  changer   takes what it knew of the elements for stale"));
        CHECK_FALSE(mentions(unknown, "--device-model"));
    }

    TEST_CASE("what sense data says beside its code is told as well") {
        const auto ran =
            run_changerctl({"explain", "71 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 cd 00 04"});
        CHECK(mentions(ran.out, "5/24/00: invalid field in command block\n"));
        CHECK(mentions(ran.out, "  deferred  the error is an earlier command's\n"));
        CHECK(mentions(ran.out,
                       "  field     the device objects to byte 4, bit 5, of the command block\n"));
        const auto waiting =
            run_changerctl({"explain", "70 00 02 00 00 00 00 0a 00 00 00 00 04 01 00 80 80 00"});
        CHECK(mentions(waiting.out, "  progress  50 %\n"));
    }

    TEST_CASE("with --json a terminal is told nothing that it would obey") {
        const auto ran =
            run_changerctl({"--json", "explain", "02/04/8E", "--device-model", "a\x7F\xC2\x9B[2J"});
        CHECK(ran.out.find("\"device_model\":\"a\\u007f\\u009b[2J\"") != std::string::npos);
    }

    TEST_CASE("with --json there is one object of a fixed shape, unknown is null") {
        const auto known = explained({"2/04/8E", "--device-model", "IBM 3573-TL"});
        CHECK(known["schema"] == "changer.explain/1");
        CHECK(known["code"] == "2/04/8E");
        CHECK(known["key"] == 2);
        CHECK(known["key_name"] == "not ready");
        CHECK(known["asc"] == 4);
        CHECK(known["ascq"] == 0x8E);
        CHECK(known["element"] == false);
        CHECK(known["sense_data"].is_null());
        CHECK(known["device_model"] == "IBM 3573-TL");
        CHECK(known["family"] == "bdt");
        CHECK(known["summary"] == "operating in sequential mode");
        CHECK(known["applies"]["families"] == nlohmann::json{"bdt"});
        CHECK(known["applies"]["reaction"] == "ask_operator");
        CHECK(known["applies"]["otherwise"].is_null());
        CHECK(known["standard"].is_null());
        CHECK(known["makers"].empty());
        CHECK(known["by_key"].is_null());

        const auto unknown = explained({"element", "9a/01"});
        CHECK(unknown["key"].is_null());
        CHECK(unknown["key_name"].is_null());
        CHECK(unknown["element"] == true);
        CHECK(unknown["device_model"].is_null());
        CHECK(unknown["applies"].is_null());
        CHECK(unknown["by_key"]["cause"].is_null());
        for (const auto& [name, value] : known.items())
            CHECK(unknown.contains(name));

        const auto data = explained({"72 05 24 00 00 00 00 08 02 06 00 00 c8 00 04 00"});
        CHECK(data["sense_data"]["field"] ==
              nlohmann::json{{"of", "command_block"}, {"byte", 4}, {"bit", 0}});
        CHECK(data["sense_data"]["progress_percent"].is_null());
        CHECK(data["sense_data"]["text"].is_null());
    }

    TEST_CASE("bad input is exit 2 and a sentence") {
        for (const auto* word : {"hello", "70", "2/04/8E/9", "10/0/0"}) {
            CAPTURE(word);
            const auto ran = run_changerctl({"explain", word});
            CHECK(ran.exit == 2);
            CHECK(ran.out.empty());
            CHECK(mentions(ran.err, "expected KEY/ASC/ASCQ"));
        }
        CHECK(run_changerctl({"explain"}).exit == 2);
        CHECK(run_changerctl({"explain", "2/04/8E", "--device-model"}).exit == 2);
        CHECK(mentions(run_changerctl({"explain", "\x1b[31m/1/2"}).err, "?[31m"));
    }

    TEST_CASE("long lines are wrapped at words, on narrow terminals too") {
        std::ostringstream out, err;
        ctl::Io io{.out = out, .err = err, .columns = 40};
        CHECK(ctl::run({"explain", "6/29/00"}, io) == 0);
        std::istringstream lines(out.str());
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(line);
            CHECK(line.size() <= 40);
        }
    }
}
