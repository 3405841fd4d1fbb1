// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

// A stream grows while it is read.

namespace {

using namespace integration;
using annals::SqliteEventStore;

/// Does something once, just before a connection that is opened meanwhile runs a statement.
class Before {
public:
    Before(std::string_view statement, std::function<void()> work) {
        begin = statement;
        what = std::move(work);
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Before::watch));
    }
    Before(Before const&) = delete;
    Before& operator=(Before const&) = delete;
    ~Before() { sqlite3_reset_auto_extension(); }

    [[nodiscard]] static bool has_come() { return !what; }

private:
    static int watch(sqlite3* database, char**, void const*) {
        return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, &Before::look, nullptr);
    }
    static int look(unsigned, void*, void* statement, void*) {
        if (what && std::string_view{sqlite3_sql(static_cast<sqlite3_stmt*>(statement))}.starts_with(begin)) {
            std::exchange(what, nullptr)();
        }
        return 0;
    }

    static inline std::string_view begin{};
    static inline std::function<void()> what{};
};

} // namespace

TEST_CASE("A stream grows between the statements that read it", "[sqlite]") {
    reliability::TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore writer{path};
    auto const [before, statement] = GENERATE(table<int, char const*>({
        {0, "SELECT version FROM events"},
        {2, "SELECT version FROM events"},
        {250, "SELECT version FROM events"},
        {0, "SELECT * FROM events"},
        {2, "SELECT * FROM events"},
        {250, "SELECT * FROM events"},
    }));
    CAPTURE(before, statement);
    append_additions(writer, "other", 1);
    if (before > 0) {
        append_additions(writer, "a", before);
    }
    Before const race{statement, [&] { append_additions(writer, "a", 300); }};
    SqliteEventStore const reader{path};
    int const found = count(reader.get_events(counter_stream("a")));
    CHECK(race.has_come());
    CHECK((found == before || found == before + 300));
    CHECK(count(reader.get_events(counter_stream("a"))) == before + 300);
}
