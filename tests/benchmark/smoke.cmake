# SPDX-License-Identifier: MIT

# cmake -DPROGRAM=<postgres_benchmark> -DSERVERS=<file> -P smoke.cmake: one very short round on the tests' own server.

cmake_minimum_required(VERSION 3.24)
file(STRINGS "${SERVERS}" servers)
file(STRINGS "${servers}/shared/conninfo" conninfo)
execute_process(
  COMMAND "${PROGRAM}" "${conninfo}" --rounds 1 --seconds 0.02 --events 300000 RESULT_VARIABLE result
)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The benchmark ends with ${result}")
endif()
