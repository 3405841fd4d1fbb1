# SPDX-License-Identifier: MIT

# cmake -DPROGRAM=<executable> -DOUTPUT=<file> -DWORK_DIR=<folder> -DSERVERS=<file> -P run.cmake: the program succeeds, in
# an empty folder, and prints what its page says it prints. SERVERS is what tests/postgres/fixture.sh has written.

cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
file(STRINGS "${SERVERS}" servers)
file(STRINGS "${servers}/shared/conninfo" conninfo)
string(REGEX REPLACE "host=(.*) port=(.*) user=(.*) dbname=(.*)" "PGHOST=\\1;PGPORT=\\2;PGUSER=\\3;PGDATABASE=\\4" server
                     "${conninfo}"
)
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E env ${server} "${PROGRAM}" WORKING_DIRECTORY "${WORK_DIR}" RESULT_VARIABLE result OUTPUT_VARIABLE printed
  ERROR_VARIABLE errors
)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The program ends with ${result}:\n${printed}${errors}")
endif()
file(READ "${OUTPUT}" expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "The page says that it prints\n${expected}but it prints\n${printed}")
endif()
