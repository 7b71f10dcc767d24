// SPDX-License-Identifier: Apache-2.0
#include "library/element.hpp"

#include "library/fields.hpp"

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

Provenance provenance_from_json(const nlohmann::json& document, bool& faulted) {
    Fields fields(document);
    Provenance provenance;
    provenance.kind =
        from_name(fields.text("kind").value_or(""), Knowledge::stale).value_or(Knowledge::stale);
    provenance.at = fields.time("at");
    provenance.by = fields.text("by").value_or("");
    provenance.sequence = fields.number("sequence").value_or(0);
    faulted = faulted || fields.faulted();
    return provenance;
}

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

Result<Element> element_from_json(const nlohmann::json& document) {
    Fields fields(document);
    Element element;
    const auto address = fields.address("address");
    const auto type = element_type_from_name(fields.text("type").value_or(""));
    element.number = static_cast<unsigned>(fields.number("number", UINT16_MAX + 1U).value_or(0));
    element.full = fields.boolean("full");
    element.accessible = fields.boolean("accessible");
    element.not_present = fields.boolean("not_present").value_or(false);
    element.barcode = fields.text("barcode");
    element.media = fields.text("media");
    element.source = fields.address("source");
    element.drive_serial = fields.text("drive_serial");
    bool faulted = false;
    if (fields.has("exception")) {
        Fields exception(fields.object("exception"));
        element.exception =
            Exception{static_cast<std::uint8_t>(exception.number("asc", 0xFF).value_or(0)),
                      static_cast<std::uint8_t>(exception.number("ascq", 0xFF).value_or(0))};
        faulted = exception.faulted();
    }
    element.provenance = provenance_from_json(fields.object("provenance"), faulted);
    if (!address || !type || faulted || fields.faulted())
        return Error{Code::malformed_document, "the document of an element does not read as one"};
    element.address = *address;
    element.type = *type;
    return element;
}

} // namespace changer::library
