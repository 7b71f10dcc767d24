// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace changer {

/// A value that few of many objects have: an optional that costs the others two pointers. The value
/// does not change; another one can take its place.
template <class T>
class Rare {
  public:
    Rare() = default;

    Rare(T value)
        : value_(std::make_shared<const T>(std::move(value))) {}

    Rare(std::optional<T> value)
        : value_(value ? std::make_shared<const T>(*std::move(value)) : nullptr) {}

    explicit operator bool() const { return value_ != nullptr; }

    const T& operator*() const { return *value_; }

    const T* operator->() const { return value_.get(); }

    void reset() { value_.reset(); }

    friend bool operator==(const Rare& a, const Rare& b) {
        return a.value_ == b.value_ || (a && b && *a == *b);
    }

  private:
    std::shared_ptr<const T> value_;
};

} // namespace changer
