// SPDX-License-Identifier: Apache-2.0
#include "json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace changer::daemon {
namespace {

using nlohmann::json;

/// Builds the document from the parser's events; the parser asks for these names.
class Builder {
  public:
    explicit Builder(std::size_t max_depth)
        : max_depth_(max_depth) {}

    bool null() { return put(nullptr); }

    bool boolean(bool value) { return put(value); }

    bool number_integer(std::int64_t value) { return put(value); }

    bool number_unsigned(std::uint64_t value) { return put(value); }

    bool number_float(double value, const std::string&) { return put(value); }

    bool string(std::string& value) { return put(std::move(value)); }

    bool binary(json::binary_t&) { return fail("binary data"); }

    bool start_object(std::size_t) { return open(json::object()); }

    bool start_array(std::size_t) { return open(json::array()); }

    bool end_object() { return close(); }

    bool end_array() { return close(); }

    bool key(std::string& name) {
        if (stack_.back()->contains(name))
            return fail(fmt::format("the key \"{}\" comes twice in one object", name));
        key_ = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const json::exception&) {
        position_ = position;
        return fail("not valid JSON");
    }

    bool fail(std::string what) {
        what_ = std::move(what);
        return false;
    }

    json take() { return std::move(root_); }

    const std::string& what() const { return what_; }

    std::size_t position() const { return position_; }

  private:
    json* put(json value, bool) {
        if (stack_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        json& parent = *stack_.back();
        if (parent.is_array())
            return &parent.emplace_back(std::move(value));
        return &(parent[key_] = std::move(value));
    }

    bool put(json value) {
        put(std::move(value), true);
        return true;
    }

    bool open(json value) {
        if (stack_.size() >= max_depth_)
            return fail(fmt::format("nested deeper than {} levels", max_depth_));
        stack_.push_back(put(std::move(value), true));
        return true;
    }

    bool close() {
        stack_.pop_back();
        return true;
    }

    std::size_t max_depth_;
    json root_;
    std::vector<json*> stack_;
    std::string key_;
    std::string what_;
    std::size_t position_ = 0;
};

std::string at(std::string_view text, std::size_t position) {
    const std::string_view before = text.substr(0, std::min(position, text.size()));
    const std::string_view seen = before.substr(0, before.empty() ? 0 : before.size() - 1);
    const auto line = std::count(seen.begin(), seen.end(), '\n') + 1;
    const std::size_t start = seen.rfind('\n') == seen.npos ? 0 : seen.rfind('\n') + 1;
    return fmt::format("line {} column {}", line, seen.size() - start + 1);
}

} // namespace

Result<json> parse_json(std::string_view text, const JsonTextOptions& options) {
    Builder builder(options.max_depth);
    const bool parsed = json::sax_parse(
        text, &builder, json::input_format_t::json, /*strict=*/true, options.comments);
    if (parsed)
        return builder.take();
    if (builder.position() > 0)
        return Error{Code::malformed_document,
                     fmt::format("{}: {}", at(text, builder.position()), builder.what())};
    return Error{Code::malformed_document, builder.what()};
}

std::string to_text(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace changer::daemon
