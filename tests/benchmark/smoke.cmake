# SPDX-License-Identifier: MIT

# cmake -DPROGRAM=<benchmark> (-DSERVERS=<file> | -DFOLDER=<folder>) -P smoke.cmake: one very short round, on the tests'
# own server or in a new folder.

cmake_minimum_required(VERSION 3.24)
if(DEFINED SERVERS)
  file(STRINGS "${SERVERS}" servers)
  file(STRINGS "${servers}/shared/conninfo" place)
else()
  set(place "${FOLDER}")
  file(REMOVE_RECURSE "${place}")
  file(MAKE_DIRECTORY "${place}")
endif()
execute_process(
  COMMAND "${PROGRAM}" "${place}" --rounds 1 --seconds 0.02 --events 300000 --followed 2000 RESULT_VARIABLE result
)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The benchmark ends with ${result}")
endif()
