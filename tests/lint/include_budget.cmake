# SPDX-License-Identifier: MIT

# cmake -DROOT=<project> -DCOMPILER=<g++> -DWORK_DIR=<folder> -DCLIENTS=<folders> -P include_budget.cmake
#
# CLIENTS are where the headers of the databases' clients are, apart from the compiler's own folders.
#
# What including the roofs costs, in lines that `g++ -std=c++20 -E -P` prints, and what they must not drag in.

cmake_minimum_required(VERSION 3.24)
if(NOT CORE_LIMIT)
  set(CORE_LIMIT 65000)
endif()
if(NOT ADAPTER_LIMIT)
  set(ADAPTER_LIMIT 3000) # on top of what the core may have
endif()
math(EXPR LIMIT "${CORE_LIMIT} + ${ADAPTER_LIMIT}")

# count_lines(<variable> <name> <header>...)
function(count_lines variable name)
  set(text "")
  foreach(header IN LISTS ARGN)
    string(APPEND text "#include <${header}>\n")
  endforeach()
  string(APPEND text "#ifdef INCLUDE_NLOHMANN_JSON_HPP_\n#error drags in nlohmann/json.hpp\n#endif\n")
  string(APPEND text "#ifdef _GLIBCXX_RANGES\n#error drags in <ranges>\n#endif\n")
  string(APPEND text "#ifdef _GLIBCXX_IOSTREAM\n#error drags in <iostream>\n#endif\n")
  string(APPEND text "#ifdef _GLIBCXX_REGEX\n#error drags in <regex>\n#endif\n")
  set(base "${WORK_DIR}/include_budget_${name}_${CORE_LIMIT}")
  file(WRITE "${base}.cpp" "${text}")
  list(TRANSFORM CLIENTS PREPEND "-I" OUTPUT_VARIABLE clients)
  execute_process(
    COMMAND "${COMPILER}" -std=c++20 "-I${ROOT}/include" ${clients} -E -P "${base}.cpp" -o "${base}.ii"
    RESULT_VARIABLE result
    ERROR_VARIABLE output
  )
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${output}")
  endif()
  file(READ "${base}.ii" text)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" lines)
  set(${variable} ${lines} PARENT_SCOPE)
endfunction()

# report(<header> <lines> <limit>)
function(report header lines limit)
  if(lines GREATER limit)
    message(SEND_ERROR "${header}: ${lines} lines, over its limit of ${limit}")
  else()
    message("${header}: ${lines} lines of ${limit}")
  endif()
endfunction()

count_lines(core core annals/annals.hpp)
report(annals/annals.hpp ${core} ${CORE_LIMIT})

include("${ROOT}/cmake/annals-clients.cmake")
foreach(adapter IN LISTS ANNALS_ADAPTERS)
  count_lines(both ${adapter} annals/annals.hpp annals/${adapter}.hpp)
  set(limit ${LIMIT})
  if(adapter STREQUAL "postgres")
    math(EXPR limit "${LIMIT} + 500") # its pool and its groups of appends bring <semaphore>
  endif()
  report("annals/annals.hpp and annals/${adapter}.hpp" ${both} ${limit})
endforeach()
