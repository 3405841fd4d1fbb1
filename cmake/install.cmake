# SPDX-License-Identifier: MIT

# Every header is installed always: the package does not depend on what the building machine had.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ANNALS_INSTALL_CMAKEDIR
    "${CMAKE_INSTALL_DATAROOTDIR}/cmake/annals"
    CACHE STRING "Where the package configuration goes"
)

set(adapter_headers "")
foreach(adapter IN LISTS ANNALS_ADAPTERS)
  string(TOUPPER ${adapter} name)
  list(APPEND adapter_headers ${ANNALS_${name}_HEADERS})
endforeach()
annals_add_headers(annals_adapter_headers OFF ${adapter_headers})
install(TARGETS annals_adapter_headers FILE_SET HEADERS)

install(TARGETS annals annals_testing EXPORT annals-targets FILE_SET HEADERS)
install(
  EXPORT annals-targets
  NAMESPACE annals::
  DESTINATION "${ANNALS_INSTALL_CMAKEDIR}"
)

configure_package_config_file(
  cmake/annals-config.cmake.in annals-config.cmake INSTALL_DESTINATION "${ANNALS_INSTALL_CMAKEDIR}"
  NO_SET_AND_CHECK_MACRO
)
write_basic_package_version_file(
  annals-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/annals-config.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/annals-config-version.cmake" cmake/annals-clients.cmake
  DESTINATION "${ANNALS_INSTALL_CMAKEDIR}"
)
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/licenses/annals")
