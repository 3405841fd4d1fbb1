// SPDX-License-Identifier: MIT

#ifndef ANNALS_CLOUD_EVENTS_HPP
#define ANNALS_CLOUD_EVENTS_HPP

#include <annals/detail/cloud_event_text.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/message.hpp>
#include <annals/sourced_event.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// How a CloudEvent travels.
enum class CloudEventMode : std::uint8_t {
    structured,  ///< the body is one JSON document: the attributes, and the event's own JSON as `data`
    binary_nats, ///< the body is the event's own bytes, the attributes are headers `ce-...`, percent-encoded
    binary_kafka ///< the same with headers `ce_...`, as they are
};

/// Makes messages of stored events: CloudEvents 1.0.
///
///     id, time             of the event
///     source               of the service, as given here
///     type, schemaversion  the event type's stable name and the version of its fields
///     subject              the stream, as `message_key` writes it; it is the `partitionkey` and the message's key as
///     well sequence             the position in the store: texts that compare as the positions do streamrevision the
///     version in the stream correlationid, causationid, user, and the free keys of the metadata
///
/// A free key is left out if it is no name for an attribute (`a` to `z` and digits) or is taken by one of the above,
/// and any of the metadata if its text is empty or holds a control character.
///
/// Thread-safe if the function for the subject is.
class CloudEventFormat {
public:
    using Event = SourcedEvent<EncodedPayload>;
    /// Gives the subject or topic of an event's message; not to be confused with the attribute `subject`.
    using SubjectOf = std::function<std::string(Event const&)>;

    /// @param source             a URI reference for the service and its store, such as `/shop/orders`. Together with
    /// the
    ///                           event's id it must be unique.
    /// @param data_content_type  the media type of the codec's texts. Of a JSON type, they must be JSON indeed.
    /// @throws InvalidInput  if `source` is not a URI reference or `data_content_type` is not a media type
    CloudEventFormat(
        std::string source,
        CloudEventMode mode,
        SubjectOf subject_of,
        std::string data_content_type = "application/json"
    )
        : source_{std::move(source)}, mode_{mode}, subject_of_{std::move(subject_of)},
          data_content_type_{std::move(data_content_type)} {
        if (!detail::is_uri_reference(source_)) {
            throw InvalidInput{"annals: the source of CloudEvents must be a URI reference such as /shop/orders"};
        }
        if (!detail::is_media_type(data_content_type_)) {
            throw InvalidInput{"annals: the content type of CloudEvents must be a media type such as application/json"};
        }
    }

    /// @throws InvalidInput  if the event's timestamp lies outside of the years 1 to 9999
    [[nodiscard]] Message operator()(Event const& event) const {
        Message message{event.event_id, message_key(event.stream), subject_of_(event), {}, {}};
        std::vector<detail::CloudEventAttribute> const attributes = attributes_of(event, message.key);
        if (mode_ == CloudEventMode::structured) {
            message.headers.emplace_back("content-type", "application/cloudevents+json; charset=UTF-8");
            message.body = detail::cloud_event_json(attributes, event.payload.data, data_content_type_);
            return message;
        }
        bool const is_nats = mode_ == CloudEventMode::binary_nats;
        message.headers.emplace_back("content-type", data_content_type_);
        for (detail::CloudEventAttribute const& attribute : attributes) {
            // Kafka's binding has the content type in the header above alone, readers of NATS look for it in either.
            if (is_nats || attribute.name != "datacontenttype") {
                message.headers.emplace_back(
                    (is_nats ? "ce-" : "ce_") + attribute.name,
                    is_nats ? detail::header_encoded(attribute.value) : attribute.value
                );
            }
        }
        message.body = event.payload.data;
        return message;
    }

private:
    [[nodiscard]] std::vector<detail::CloudEventAttribute>
    attributes_of(Event const& event, std::string const& key) const {
        std::vector<detail::CloudEventAttribute> attributes{
            {"specversion", "1.0"},
            {"id", to_text(event.event_id)},
            {"source", source_},
            {"type", event.payload.type},
            {"subject", key},
            {"time", to_text(event.timestamp)},
            {"datacontenttype", data_content_type_},
            {"partitionkey", key},
            {"sequence", detail::sortable_text(event.position)},
            {"streamrevision", to_text(event.version)},
            {"schemaversion", std::to_string(event.payload.schema_version), true}
        };
        auto const add = [&attributes](std::string_view name, std::string const& value) {
            if (!value.empty() && detail::is_printable_utf8(value)) {
                attributes.push_back({std::string{name}, value});
            }
        };
        add("correlationid", event.metadata.correlation_id);
        add("causationid", event.metadata.causation_id);
        add("user", event.metadata.user);
        for (auto const& [name, value] : event.metadata.extra) {
            if (detail::is_free_attribute_name(name, attributes)) {
                add(name, value);
            }
        }
        return attributes;
    }

    std::string source_;
    CloudEventMode mode_;
    SubjectOf subject_of_;
    std::string data_content_type_;
};

} // namespace annals

#endif // ANNALS_CLOUD_EVENTS_HPP
