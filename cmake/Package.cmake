# `cpack -G DEB`: dvkit (command and library), dvkit-opencl (the back end that wants a driver), libdvk-dev. tools/package does it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dvkit)
set(CPACK_PACKAGE_VENDOR "the dvkit authors")
set(CPACK_PACKAGE_CONTACT "the dvkit authors <maintainers@dvkit.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dvkit dev)
if(TARGET dvk-opencl)
    list(APPEND CPACK_COMPONENTS_ALL opencl)
endif()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/src)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)

set(version ${PROJECT_VERSION})
set(CPACK_DEBIAN_DVKIT_PACKAGE_NAME dvkit)
set(CPACK_DEBIAN_DVKIT_DESCRIPTION "From quantitative SPECT series of radionuclide therapy to time-integrated
activity, absorbed dose by dose-voxel kernels and a summary of the kidneys,
for one cycle, a patient's course or a whole trial. For research use.")
set(CPACK_DEBIAN_DVKIT_PACKAGE_RECOMMENDS "dvkit-opencl (= ${version})")

set(CPACK_DEBIAN_OPENCL_PACKAGE_NAME dvkit-opencl)
set(CPACK_DEBIAN_OPENCL_DESCRIPTION "This is the OpenCL back end. It computes on a GPU, or on whatever else
there is an OpenCL driver for; dvkit loads it at run time and does without
where it is not installed.")
set(CPACK_DEBIAN_OPENCL_PACKAGE_DEPENDS "dvkit (= ${version})")
set(CPACK_DEBIAN_OPENCL_PACKAGE_RECOMMENDS "pocl-opencl-icd | opencl-icd")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libdvk-dev)
set(CPACK_DEBIAN_DEV_DESCRIPTION "These are the headers of libdvk, to convolve, integrate and evaluate from a
program in C or C++.")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "dvkit (= ${version})")

# What Debian wants in each package: its licence (what LICENSE says below the line is of the sources only), a changelog in Debian's
# own form, and what changed as users read it; and for a library the word to the linker's cache.
set(debian ${CMAKE_BINARY_DIR}/debian)
file(READ LICENSE licence)
string(REGEX REPLACE "\n-----.*" "\n" licence "${licence}")
file(WRITE ${debian}/copyright "${licence}")
file(WRITE ${debian}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_DVKIT_PACKAGE_CONTROL_EXTRA ${debian}/triggers)
file(WRITE ${debian}/overrides "# The library is there for the command; a program of one's own asks for the same version of this package.
dvkit: package-name-doesnt-match-sonames libdvk0
# cpack writes these beside the trigger.
dvkit: maintscript-calls-ldconfig *
")
install(FILES ${debian}/overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME dvkit COMPONENT dvkit)
if(GZIP)
    string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH where it is set
    foreach(component dvkit dev opencl)
        string(TOUPPER ${component} upper)
        set(package ${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
        set(folder ${CMAKE_INSTALL_DATADIR}/doc/${package})
        file(WRITE ${debian}/${package}/changelog
            "${package} (${version}) unstable; urgency=medium\n\n  * See NEWS.gz.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")
        execute_process(COMMAND ${GZIP} -9nc ${debian}/${package}/changelog
            OUTPUT_FILE ${debian}/${package}/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
        execute_process(COMMAND ${GZIP} -9nc ${CMAKE_CURRENT_SOURCE_DIR}/CHANGELOG.md
            OUTPUT_FILE ${debian}/${package}/NEWS.gz COMMAND_ERROR_IS_FATAL ANY)
        if(component IN_LIST CPACK_COMPONENTS_ALL)
            install(FILES ${debian}/${package}/changelog.gz ${debian}/${package}/NEWS.gz ${debian}/copyright
                DESTINATION ${folder} COMPONENT ${component})
        endif()
    endforeach()
endif()
install(FILES README.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dvkit COMPONENT dvkit)
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/dvkit COMPONENT dvkit)
include(CPack)
