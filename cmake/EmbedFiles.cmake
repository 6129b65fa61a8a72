# dvk_embed(TARGET HEADER FILE...): makes HEADER.c with the bytes of each file and a lookup by file name,
#   bool HEADER_find(const char *name, const unsigned char **bytes, size_t *count);
# Byte arrays, since C11 string literals end at 4095 characters. `#include "x.h"` in a .cl or .h of kernels_cl/ is replaced by
# that file once, with #line, so that a driver's message names file and line.
function(dvk_embed target stem)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${stem}.c)
    string(JOIN "|" files ${ARGN})
    file(GLOB included CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels_cl/*.h)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DSTEM=${stem} -DOUTPUT=${output} "-DFILES=${files}"
                -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFilesScript.cmake
        DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedFilesScript.cmake ${included}
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
