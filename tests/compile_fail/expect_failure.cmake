# SPDX-License-Identifier: MIT

# cmake -DSETTINGS=<file> -DSOURCE=<file> -P expect_failure.cmake: see CMakeLists.txt here.

cmake_minimum_required(VERSION 3.24)
include("${SETTINGS}")

file(READ "${SOURCE}" text LIMIT 2000)
if(text MATCHES "(^|\n)// expect\\(${compiler_id}\\): ([^\n]+)")
  set(expected "${CMAKE_MATCH_2}")
elseif(text MATCHES "(^|\n)// expect: ([^\n]+)")
  set(expected "${CMAKE_MATCH_2}")
else()
  message(FATAL_ERROR "${SOURCE} does not say what to expect from ${compiler_id}")
endif()

list(TRANSFORM includes PREPEND -I)
set(command "${compiler}" ${flags} ${includes} -fsyntax-only)

execute_process(COMMAND ${command} "${SOURCE}" RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Does not compile even without ANNALS_EXPECT_FAIL:\n${output}")
endif()

execute_process(
  COMMAND ${command} -DANNALS_EXPECT_FAIL "${SOURCE}" RESULT_VARIABLE result ERROR_VARIABLE output
)
if(result EQUAL 0)
  message(FATAL_ERROR "Compiles with ANNALS_EXPECT_FAIL, but must not.")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "The compiler does not print what matches\n  ${expected}\nbut\n${output}")
endif()
