# `cmake --install`: the command, the library with its headers, and how other projects find them (pkg-config, find_package).
# Components are the packages of Package.cmake.
include(CMakePackageConfigHelpers)

install(TARGETS dvkit RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dvkit)
install(TARGETS dvk EXPORT dvkTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dvkit NAMELINK_COMPONENT dev
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/dvk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT dvkTargets NAMESPACE dvk:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dvk COMPONENT dev)
configure_package_config_file(cmake/dvkConfig.cmake.in ${CMAKE_BINARY_DIR}/dvkConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dvk)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/dvkConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/dvkConfig.cmake ${CMAKE_BINARY_DIR}/dvkConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/dvk COMPONENT dev)
# Relative, so that the installed tree can be moved.
file(RELATIVE_PATH DVK_PC_INCLUDE ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/dvk.pc.in ${CMAKE_BINARY_DIR}/dvk.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/dvk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
