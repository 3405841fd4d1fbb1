// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TEST_SCHEMA_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TEST_SCHEMA_HPP

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace integration::postgres {

using annals::ExpectedVersion;
using annals::PostgresEventStore;
using annals::postgres::Options;
using annals_tests::Server;
using annals_tests::Session;

/// A schema of this test alone, by default on the server that all tests share. Goes with the object.
class TestSchema {
public:
    explicit TestSchema(Options test_options = {}, std::string server = annals_tests::shared_conninfo())
        : conninfo{std::move(server)}, options{std::move(test_options)} {
        options.schema = annals_tests::unique_schema();
    }
    TestSchema(TestSchema const&) = delete;
    TestSchema& operator=(TestSchema const&) = delete;
    ~TestSchema() {
        try {
            Session{conninfo}.run("DROP SCHEMA IF EXISTS " + options.schema + " CASCADE");
        } catch (std::exception const&) {
            // Its server has gone already.
        }
    }

    [[nodiscard]] PostgresEventStore open() const { return PostgresEventStore{conninfo, options}; }

    /// Runs statements as the server's superuser, with the schema's name for each `@`.
    std::string run(std::string const& sql) const {
        return Session{conninfo}.run(annals::postgres::detail::in_schema(options.schema, sql));
    }

    std::string conninfo;
    Options options;
};

/// An event with that payload.
[[nodiscard]] inline annals::NewEvent<annals::EncodedPayload> event_with(std::string data = "{}") {
    return {annals::new_event_id(), annals::system_clock().now(), {}, {"Happened", 1, std::move(data)}};
}

[[nodiscard]] inline std::vector<annals::NewEvent<annals::EncodedPayload>> some_events(int count) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    for (int i = 1; i <= count; ++i) {
        events.push_back(event_with("{\"number\": " + std::to_string(i) + "}"));
    }
    return events;
}

[[nodiscard]] inline annals::StreamName stream_of(std::string id) { return {"Thing", std::move(id)}; }

inline annals::AppendResult append_some(PostgresEventStore& store, std::string id, int count = 1) {
    return store.append(stream_of(std::move(id)), ExpectedVersion::any(), some_events(count));
}

/// All of an event, as text to compare.
[[nodiscard]] inline std::string text_of(annals::SourcedEvent<annals::EncodedPayload> const& event) {
    return to_text(event.position) + '|' + to_text(event.stream) + '|' + to_text(event.version) + '|' +
           annals::to_text(event.event_id) + '|' + annals::to_text(event.timestamp) + '|' +
           annals::detail::metadata_to_json(event.metadata) + '|' + event.payload.type + '|' +
           std::to_string(event.payload.schema_version) + '|' + event.payload.data;
}

template <class Range>
[[nodiscard]] std::vector<std::string> texts_of(Range&& range) {
    std::vector<std::string> texts;
    for (auto const& event : range) {
        texts.push_back(text_of(event));
    }
    return texts;
}

[[nodiscard]] inline std::vector<std::string> log_of(PostgresEventStore const& store) {
    return texts_of(store.read_all());
}

/// The message of the error that `work` throws; empty if it throws none.
template <class Error = std::exception, class Work>
[[nodiscard]] std::string message_of(Work&& work) {
    try {
        work();
    } catch (Error const& error) {
        return error.what();
    }
    return {};
}

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_TEST_SCHEMA_HPP
