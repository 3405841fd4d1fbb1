# SPDX-License-Identifier: MIT

# cmake -DPAGE=<page.md> -DPROGRAM=<out.cpp> -DOUTPUT=<out.txt> -P extract.cmake
#
# Joins the blocks of a page that are fenced ```cpp to a program, and those fenced ```text output to what it prints.
# #line keeps the compiler's messages pointing at the page.

cmake_minimum_required(VERSION 3.24)
file(READ "${PAGE}" text)

# Characters that would take a CMake list apart.
string(ASCII 1 semicolon)
string(ASCII 2 open)
string(ASCII 3 close)
string(REPLACE ";" "${semicolon}" text "${text}")
string(REPLACE "[" "${open}" text "${text}")
string(REPLACE "]" "${close}" text "${text}")
string(REPLACE "\n" ";" lines "${text}")

set(inside "")
set(cpp "")
set(output "")
set(number 0)
foreach(line IN LISTS lines)
  math(EXPR number "${number} + 1")
  if(NOT inside STREQUAL "" AND line STREQUAL "```")
    set(inside "")
  elseif(NOT inside STREQUAL "")
    string(APPEND ${inside} "${line}\n")
  elseif(line STREQUAL "```cpp")
    set(inside cpp)
    math(EXPR next "${number} + 1")
    string(APPEND cpp "#line ${next} \"${PAGE}\"\n")
  elseif(line STREQUAL "```text output")
    set(inside output)
  elseif(line MATCHES "^```")
    set(inside other)
  endif()
endforeach()

foreach(kind cpp output)
  string(REPLACE "${semicolon}" ";" ${kind} "${${kind}}")
  string(REPLACE "${open}" "[" ${kind} "${${kind}}")
  string(REPLACE "${close}" "]" ${kind} "${${kind}}")
endforeach()
file(WRITE "${PROGRAM}" "${cpp}")
file(WRITE "${OUTPUT}" "${output}")
