// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/client.hpp"
#include "mtx/environment.hpp"
#include "mtx/library.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace changer::mtx {

/// A library that the daemon owns: shown as the daemon knows it, moved by the daemon's jobs.
///
/// Notes:   no command is sent to the device from here. A job that has not ended after MTX_WAIT, or
///          when the caller wants an end, is cancelled
/// Blocks:  up to MTX_WAIT and a few seconds, for each job
class OwnedLibrary final : public Library {
  public:
    OwnedLibrary(std::string id, const Context& context);

    Result<InquiryFields> inquiry() override;
    Result<void> begin_act() override;
    Result<const Elements*> elements(const Modifiers& modifiers) override;
    Result<Place> slot(unsigned number, const Modifiers& modifiers) override;
    Result<Place> drive(unsigned number, const Modifiers& modifiers) override;
    Result<Home> home(unsigned drive, const Modifiers& modifiers) override;
    Result<void> move(const Place& from, const Place& to, const Modifiers& modifiers) override;
    Result<void> exchange(const Place& source,
                          const Place& first_destination,
                          const Place& second_destination,
                          const Modifiers& modifiers) override;
    Result<void> position(const Place& place) override;
    Result<void> inventory() override;
    Result<void> eject() override;

    std::string_view cannot_read() const override { return {}; }

  private:
    Result<client::Document> online() const;
    Result<void> door_is_free() const;
    Result<void> run_job(const nlohmann::json& submission);
    Result<client::Document> wait_for(const std::string& job) const;
    Result<client::Document> cancel(const std::string& job, Error why) const;
    Result<void> plain(const Modifiers& modifiers) const;
    Error not_done_there(std::string_view what) const;
    std::string path(std::string_view rest = {}) const;

    std::string id_;
    const Context& context_;
    client::Client client_;  ///< its waits end when the caller wants
    client::Client patient_; ///< for what has to be done all the same
    std::optional<Elements> elements_;
};

} // namespace changer::mtx
