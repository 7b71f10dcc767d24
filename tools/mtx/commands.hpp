// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mtx/environment.hpp"
#include "mtx/library.hpp"
#include "mtx/line.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace changer::mtx {

enum class Outcome : std::uint8_t { done, failed };

/// Does the words of mtx on one library, and says what mtx says about them.
///
/// Source:  mtx 1.3.12, its checks in their order and its texts
class Commands {
  public:
    /// `device` is what the user called it.
    Commands(Library& library, std::string device, const Context& context)
        : library_(library)
        , device_(std::move(device))
        , context_(context) {}

    Outcome run(const Step& step, const Modifiers& modifiers);

  private:
    using Numbers = std::array<int, 3>;

    Outcome inquiry();
    Outcome status();
    Outcome load(int slot, int drive);
    Outcome unload(int slot, int drive);
    Outcome unload_home(unsigned drive);
    Outcome unload_into(unsigned slot, unsigned drive);
    Outcome transfer(const Numbers& numbers);
    Outcome exchange(const Numbers& numbers);
    Outcome walk(const Step& step);
    Outcome first(unsigned drive);
    Outcome last(unsigned drive);
    Outcome previous(unsigned drive);
    Outcome next(unsigned drive);
    Outcome position(int slot);
    Outcome inventory();
    Outcome eject();

    Outcome put(const Home& places);
    Outcome move(const Place& from, const Place& to);
    Outcome refuse(std::string_view text) const;
    Outcome cannot_read(const Error& error) const;
    Outcome cannot_move(const Error& error,
                        std::string_view command,
                        const Place& from,
                        const Place& to) const;
    void explain(const Error& error) const;

    Library& library_;
    std::string device_;
    const Context& context_;
    Modifiers modifiers_;
};

} // namespace changer::mtx
