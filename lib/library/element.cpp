// SPDX-License-Identifier: Apache-2.0
#include "library/element.hpp"

#include "library/fields.hpp"
#include "library/members.hpp"

#include <utility>

namespace changer::library {

std::string_view name(Knowledge kind) {
    switch (kind) {
    case Knowledge::observed:
        return "observed";
    case Knowledge::inferred:
        return "inferred";
    case Knowledge::presumed:
        return "presumed";
    case Knowledge::stale:
        return "stale";
    }
    return "stale";
}

std::string_view name(scsi::ElementType type) {
    switch (type) {
    case scsi::ElementType::any:
        return "any";
    case scsi::ElementType::transport:
        return "transport";
    case scsi::ElementType::storage:
        return "storage";
    case scsi::ElementType::import_export:
        return "import_export";
    case scsi::ElementType::data_transfer:
        return "data_transfer";
    }
    return "any";
}

std::optional<scsi::ElementType> element_type_from_name(std::string_view text) {
    for (const auto type : {scsi::ElementType::transport,
                            scsi::ElementType::storage,
                            scsi::ElementType::import_export,
                            scsi::ElementType::data_transfer})
        if (name(type) == text)
            return type;
    return std::nullopt;
}

nlohmann::json to_json(const ElementReference& reference) {
    return {{"address", scsi::number(reference.address)},
            {"type", name(reference.type)},
            {"number", reference.number}};
}

nlohmann::json to_json(const std::optional<ElementReference>& reference) {
    return reference ? to_json(*reference) : nlohmann::json(nullptr);
}

namespace {

nlohmann::json exception_to_json(const std::optional<Exception>& exception) {
    if (!exception)
        return nullptr;
    return {{"asc", exception->asc}, {"ascq", exception->ascq}};
}

/// Fills an element from its document.
class ElementMembers final : public MemberTaker {
  public:
    void take(std::string_view path, MemberValue& value) override {
        if (path == "address")
            address = value.address();
        else if (path == "type")
            type = element_type_from_name(value.text().value_or(""));
        else if (path == "number")
            element.number = static_cast<unsigned>(value.number(UINT16_MAX + 1U).value_or(0));
        else if (path == "full")
            element.full = value.boolean();
        else if (path == "accessible")
            element.accessible = value.boolean();
        else if (path == "not_present")
            element.not_present = value.boolean().value_or(false);
        else if (path == "barcode")
            element.barcode = value.text();
        else if (path == "media")
            element.media = value.text();
        else if (path == "source")
            element.source = value.address();
        else if (path == "drive_serial")
            element.drive_serial = value.text();
        else if (path.starts_with("exception"))
            take_exception(path, value);
        else if (path.starts_with("provenance"))
            take_provenance(path, value, element.provenance);
    }

    Element element;
    std::optional<scsi::ElementAddress> address;
    std::optional<scsi::ElementType> type;

  private:
    void take_exception(std::string_view path, MemberValue& value) {
        auto& exception = element.exception;
        if (path == "exception")
            exception = value.object() ? std::optional(Exception{}) : std::nullopt;
        else if (path == "exception/asc" && exception)
            exception->asc = static_cast<std::uint8_t>(value.number(0xFF).value_or(0));
        else if (path == "exception/ascq" && exception)
            exception->ascq = static_cast<std::uint8_t>(value.number(0xFF).value_or(0));
    }

    static void take_provenance(std::string_view path, MemberValue& value, Provenance& provenance) {
        if (path == "provenance")
            value.object();
        else if (path == "provenance/kind")
            provenance.kind =
                from_name(value.text().value_or(""), Knowledge::stale).value_or(Knowledge::stale);
        else if (path == "provenance/at")
            provenance.at = value.time();
        else if (path == "provenance/by")
            provenance.by = value.text().value_or("");
        else if (path == "provenance/sequence")
            provenance.sequence = value.number().value_or(0);
    }
};

} // namespace

nlohmann::json to_json(const Element& element) {
    return {{"schema", "changer.element/1"},
            {"address", scsi::number(element.address)},
            {"type", name(element.type)},
            {"number", element.number},
            {"full", nullable(element.full)},
            {"accessible", nullable(element.accessible)},
            {"not_present", element.not_present},
            {"barcode", nullable(element.barcode)},
            {"media", nullable(element.media)},
            {"source", nullable(element.source)},
            {"exception", exception_to_json(element.exception)},
            {"drive_serial", nullable(element.drive_serial)},
            {"provenance",
             {{"kind", name(element.provenance.kind)},
              {"at", nullable(element.provenance.at)},
              {"by", element.provenance.by},
              {"sequence", element.provenance.sequence}}}};
}

Result<Element> element_from_text(std::string_view document) {
    ElementMembers members;
    if (!read_members(document, members) || !members.address || !members.type)
        return Error{Code::malformed_document, "the document of an element does not read as one"};
    members.element.address = *members.address;
    members.element.type = *members.type;
    return std::move(members.element);
}

} // namespace changer::library
