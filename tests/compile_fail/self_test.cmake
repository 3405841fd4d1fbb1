# SPDX-License-Identifier: MIT

# The driver accepts the one right case and rejects all the wrong ones, each for its own reason.

cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE "${WORK_DIR}")

# run_case(<name> <verdict> <text>): the verdict is a regular expression for what the driver prints; empty: it accepts.
function(run_case name verdict text)
  set(source "${WORK_DIR}/${name}.cpp")
  file(WRITE "${source}" "${text}")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -DSETTINGS=${SETTINGS} -DSOURCE=${source} -P
            "${CMAKE_CURRENT_LIST_DIR}/expect_failure.cmake"
    RESULT_VARIABLE result
    ERROR_VARIABLE output
  )
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(verdict STREQUAL "" AND NOT result EQUAL 0)
    message(SEND_ERROR "${name}: must be accepted, but:\n${output}")
  elseif(NOT verdict STREQUAL "" AND (result EQUAL 0 OR NOT output MATCHES "${verdict}"))
    message(SEND_ERROR "${name}: must be rejected with '${verdict}', but:\n${output}")
  endif()
endfunction()

# The assertion stands in a member function that only an instantiation reaches, as it does in the library.
set(guarded
    "template <class T>
struct Guard { void check() const { static_assert(sizeof(T) > 1, \"too small a type\"); } };
#ifdef ANNALS_EXPECT_FAIL
void use(Guard<char> const& guard) { guard.check(); }
#endif
"
)

run_case(right "" "// expect: too small a type\n${guarded}")
run_case(right_for_both "" "// expect(gnu): too small\n// expect(clang): too small\n${guarded}")
run_case(other_text "does not print what matches" "// expect: too large a type\n${guarded}")
run_case(never_fails "Compiles with ANNALS_EXPECT_FAIL" "// expect: anything\nint value = 1;\n")
run_case(always_fails "even without" "// expect: too small a type\n#define ANNALS_EXPECT_FAIL\n${guarded}")
run_case(silent "does not say what to expect" "${guarded}")
