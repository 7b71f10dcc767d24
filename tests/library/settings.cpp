// SPDX-License-Identifier: Apache-2.0
#include "library/settings.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace changer;
using namespace changer::library;

TEST_SUITE("library/settings") {
    TEST_CASE("what the configuration says cannot be overruled by what is stored") {
        Settings settings;
        REQUIRE(set(settings, "door.max_open_seconds", 60, SettingSource::config));
        const auto refused = set(settings, "door.max_open_seconds", 90, SettingSource::stored);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::configured);
        CHECK(settings.door.max_open_seconds.value == 60);
        CHECK(setting_to_json(settings, "door.max_open_seconds") ==
              nlohmann::json{{"value", 60}, {"source", "config"}});
        REQUIRE(set(settings, "inventory_method", "full", SettingSource::stored));
        CHECK(settings.inventory_method.value == InventoryMethod::full);
        CHECK(setting_to_json(settings, "inventory_method")["source"] == "stored");
    }

    TEST_CASE("a value that is not legal changes nothing, and the sentence says what is") {
        struct Case {
            std::string_view name;
            nlohmann::json value;
        };

        for (const auto& [setting, value] : {Case{"door.kind", "window"},
                                             Case{"door.kind", 1},
                                             Case{"door.max_open_seconds", 65536},
                                             Case{"door.max_open_seconds", -1},
                                             Case{"door.max_open_seconds", 1.5},
                                             Case{"door.lockable", "yes"},
                                             Case{"enabled", 1},
                                             Case{"name", nullptr},
                                             Case{"name", "two\nlines"},
                                             Case{"description", "\x1B[2J"},
                                             Case{"nonsense", 1}}) {
            const auto name = setting;
            CAPTURE(name);
            Settings settings;
            const auto before = to_json(settings);
            const auto refused = set(settings, name, value, SettingSource::config);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == Code::invalid_parameter);
            CHECK(refused.error().what.find(name) != std::string::npos);
            CHECK(to_json(settings) == before);
        }
        Settings settings;
        CHECK(set(settings, "door.kind", "window", SettingSource::config)
                  .error()
                  .what.find("door magazines several") != std::string::npos);
    }

    TEST_CASE("the quiet time follows the kind of door until somebody sets it") {
        Settings settings;
        CHECK(settings.door.quiet_seconds.value == 10);
        REQUIRE(set(settings, "door.kind", "magazines", SettingSource::config));
        CHECK(settings.door.quiet_seconds.value == 120);
        REQUIRE(set(settings, "door.quiet_seconds", 5, SettingSource::config));
        REQUIRE(set(settings, "door.kind", "several", SettingSource::config));
        CHECK(settings.door.quiet_seconds.value == 5);
    }

    TEST_CASE("every setting is named, shown with its source, and takes its own value back") {
        Settings settings;
        const auto shown = to_json(settings);
        CHECK(shown.size() == setting_names().size());
        for (const auto name : setting_names()) {
            CAPTURE(name);
            const auto setting = shown[std::string(name)];
            CHECK(setting["source"] == "default");
            if (name != "name" && name != "description")
                CHECK(set(settings, name, setting["value"], SettingSource::stored));
        }
        CHECK(setting_to_json(settings, "door.lockable")["value"] == nullptr);
    }
}
