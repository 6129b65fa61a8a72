# Finds libnifti's nifti2 part (Debian: libnifti-dev). The distributed NIFTIConfig.cmake names targets that it does not ship.
find_path(NIFTI_INCLUDE_DIR nifti2_io.h PATH_SUFFIXES nifti)
find_library(NIFTI_LIBRARY nifti2)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(NIFTI REQUIRED_VARS NIFTI_LIBRARY NIFTI_INCLUDE_DIR)
if(NIFTI_FOUND AND NOT TARGET NIFTI::nifti2)
    add_library(NIFTI::nifti2 UNKNOWN IMPORTED)
    set_target_properties(NIFTI::nifti2 PROPERTIES
        IMPORTED_LOCATION ${NIFTI_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${NIFTI_INCLUDE_DIR})
endif()
mark_as_advanced(NIFTI_INCLUDE_DIR NIFTI_LIBRARY)
