// expect: annals: this store does not keep the projection's event variant itself: include <annals/json.hpp>

#include <annals/projection_runner.hpp>
#include <annals/sqlite.hpp>
#ifndef ANNALS_EXPECT_FAIL
#    include <annals/json.hpp>
#endif

#include <string_view>
#include <variant>

struct Created {};
#ifndef ANNALS_EXPECT_FAIL
void to_json(nlohmann::json& json, Created const&);
void from_json(nlohmann::json const& json, Created&);
#endif

struct Report {
    static constexpr std::string_view name = "report";
    using events = std::variant<Created>;
    void handle(Created const&, annals::EventFacts const&, annals::sqlite::Transaction&) {}
};

void use(annals::SqliteEventStore& store);
void use(annals::SqliteEventStore& store) { annals::ProjectionRunner{store, Report{}}.catch_up(); }
