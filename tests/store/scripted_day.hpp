// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/state_directory.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace changer::test {

using Documents = std::map<std::string, std::string>;

/// One transaction that was tried, and the operations of the disk it was tried between.
struct Attempt {
    std::string library;
    std::vector<store::Change> changes;
    store::Urgency urgency{};
    std::size_t begun = 0;
    std::size_t ended = 0;
    bool acknowledged = false;
};

/// What may be found of a library: all that was acknowledged, and perhaps the one after it.
struct Expected {
    Documents acknowledged;
    std::optional<Documents> one_more;

    bool allows(const Documents& documents) const {
        return documents == acknowledged || (one_more && documents == *one_more);
    }
};

/// A day in the life of a state directory with two libraries: inventories, moves, a door job,
/// snapshots alone and beside changes, a full disk, a restart, a clean stop and the next morning.
/// Whatever fails is noted and the day goes on, as a daemon would.
class ScriptedDay {
  public:
    static constexpr const char* directory = "s/changer";

    explicit ScriptedDay(store::FileLayer& files)
        : files_(files) {}

    /// Counts what was done to the disk so far.
    std::function<std::size_t()> operations = [] { return std::size_t{0}; };
    /// Fills the disk (true) or makes room again.
    std::function<void(bool)> fill_disk = [](bool) {};

    void run();

    const std::vector<Attempt>& attempts() const { return attempts_; }

    const std::vector<Error>& errors() const { return errors_; }

    /// Says what a start may find after the first `moment` operations; all of
    /// them by default.
    Expected expected(const std::string& library, std::size_t moment = SIZE_MAX) const;

    /// Tries one more change on a library as it stands, or says why it is not open.
    Result<void> try_change(const std::string& library, store::Urgency urgency);

    /// Leaves what is open and opens it again.
    void restart();

    static std::vector<std::string> libraries() { return {"main", "small"}; }

  private:
    void open_directory();
    store::Store* store(const std::string& library);
    Result<void> append(const std::string& library,
                        std::vector<store::Change> changes,
                        store::Urgency urgency = store::Urgency::must_record);
    void inventory(const std::string& library, unsigned elements);
    bool submit(const std::string& library);
    void move(const std::string& library, unsigned from, unsigned to);
    void door(const std::string& library);
    void snapshot(const std::string& library);
    void snapshot_beside_changes(const std::string& library);
    void full_disk(const std::string& library);
    void note(const Result<void>& outcome);

    store::FileLayer& files_;
    ManualClock clock_;
    std::optional<store::StateDirectory> directory_;
    std::map<std::string, store::OpenedStore> libraries_;
    std::vector<Attempt> attempts_;
    std::vector<Error> errors_;
    unsigned number_ = 0;
};

} // namespace changer::test
