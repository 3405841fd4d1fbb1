// expect: annals: a personal value within another one would be forgotten with that only

#include <annals/personal.hpp>

#include <string>

#ifdef ANNALS_EXPECT_FAIL
annals::Personal<annals::Personal<std::string>> const value{};
#else
annals::Personal<std::string> const value{};
#endif

bool has_value();

bool has_value() { return value.has_value(); }
