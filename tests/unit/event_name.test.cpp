// SPDX-License-Identifier: MIT

#include <annals/event_name.hpp>
#include <tests/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

struct EventNameAtGlobalScope {};

namespace shop::events::v2 {

struct OrderCreated {};
class OrderShipped {};
enum class Kind { small };
union Either {};
struct Order {
    struct Created {};
    struct Line {
        struct Added {};
    };
};
template <class T>
struct Boxed {
    struct Opened {};
};
struct BoxedInt : Boxed<int> {};
struct Renamed {};
struct Forward;
struct Übergröße {};
struct T1_ {};

} // namespace shop::events::v2

namespace crm {

struct OrderCreated {};

} // namespace crm

namespace {

struct InAnonymousNamespace {};
namespace inner {
struct DeepInAnonymousNamespace {};
} // namespace inner

template <class T>
std::string_view name_of_local_in_template() {
    struct LocalInTemplate {};
    return annals::event_name<LocalInTemplate>;
}

std::string_view name_of_local(std::vector<int> const&, int (*)[3]) {
    struct Local {};
    return annals::event_name<Local>;
}

} // namespace

template <>
inline constexpr std::string_view annals::event_name<shop::events::v2::Renamed> = "order-renamed";
template <>
inline constexpr std::int32_t annals::event_schema_version<shop::events::v2::Renamed> = 3;
template <>
inline constexpr std::string_view annals::aggregate_type<shop::events::v2::Boxed<int>> = "boxed-int";

using annals::event_name;
using namespace shop::events;

TEST_CASE("event name: by default the name of the type without its scopes") {
    STATIC_REQUIRE(event_name<EventNameAtGlobalScope> == "EventNameAtGlobalScope");
    STATIC_REQUIRE(event_name<v2::OrderCreated> == "OrderCreated");
    STATIC_REQUIRE(event_name<v2::OrderShipped> == "OrderShipped");
    STATIC_REQUIRE(event_name<v2::Kind> == "Kind");
    STATIC_REQUIRE(event_name<v2::Either> == "Either");
    STATIC_REQUIRE(event_name<v2::Order::Created> == "Created");
    STATIC_REQUIRE(event_name<v2::Order::Line::Added> == "Added");
    STATIC_REQUIRE(event_name<v2::BoxedInt> == "BoxedInt");
    STATIC_REQUIRE(event_name<v2::Forward> == "Forward");
    STATIC_REQUIRE(event_name<v2::T1_> == "T1_");
    STATIC_REQUIRE(event_name<crm::OrderCreated> == event_name<v2::OrderCreated>);
}

TEST_CASE("event name: letters beyond ASCII are kept") { STATIC_REQUIRE(event_name<v2::Übergröße> == "Übergröße"); }

TEST_CASE("event name: types of anonymous namespaces have the same name everywhere") {
    STATIC_REQUIRE(event_name<InAnonymousNamespace> == "InAnonymousNamespace");
    STATIC_REQUIRE(event_name<inner::DeepInAnonymousNamespace> == "DeepInAnonymousNamespace");
    STATIC_REQUIRE(annals::aggregate_type<InAnonymousNamespace> == "InAnonymousNamespace");
}

TEST_CASE("event name: types of functions have their name") {
    struct Local {};
    STATIC_REQUIRE(event_name<Local> == "Local");
}

TEST_CASE("event name: a name that compilers spell in their own ways is none") {
    STATIC_REQUIRE(event_name<v2::Boxed<int>>.empty());
    STATIC_REQUIRE(event_name<v2::Boxed<int>::Opened>.empty());
    STATIC_REQUIRE(annals::aggregate_type<v2::Boxed<long>>.empty());
    STATIC_REQUIRE(event_name<std::string>.empty());
}

TEST_CASE("event name: what is no identifier is never a name") {
    auto const lambda = [] {};
    struct {
    } unnamed;
    CHECK(event_name<decltype(lambda)>.empty());
    CHECK(event_name<decltype(unnamed)>.empty());
    std::string_view const local = name_of_local({}, nullptr);
    CHECK((local.empty() || local == "Local"));
    std::string_view const in_template = name_of_local_in_template<int>();
    CHECK((in_template.empty() || in_template == "LocalInTemplate"));
}

TEST_CASE("event name: specialisations win") {
    STATIC_REQUIRE(event_name<v2::Renamed> == "order-renamed");
    STATIC_REQUIRE(annals::event_schema_version<v2::Renamed> == 3);
    STATIC_REQUIRE(annals::event_schema_version<v2::OrderCreated> == 1);
    STATIC_REQUIRE(annals::aggregate_type<v2::Boxed<int>> == "boxed-int");
}
