# Run by dvk_embed: writes OUTPUT with the bytes of FILES (separated by |).
string(REPLACE "|" ";" FILES "${FILES}")

# Puts kernel headers where they are included, each once.
function(inline_includes path result)
    get_filename_component(dir ${path} DIRECTORY)
    get_filename_component(name ${path} NAME)
    file(READ ${path} text)
    string(REGEX MATCHALL "#include \"[^\"\n]+\"[^\n]*\n" includes "${text}")
    foreach(line IN LISTS includes)
        string(REGEX REPLACE "#include \"([^\"]+)\".*" "\\1" header "${line}")
        string(FIND "${text}" "${line}" at)
        string(SUBSTRING "${text}" 0 ${at} before)
        string(REGEX MATCHALL "\n" newlines "${before}")
        list(LENGTH newlines number)
        math(EXPR next "${number} + 2")
        inline_includes(${dir}/${header} body)
        string(REPLACE "${line}" "${body}#line ${next} \"kernels_cl/${name}\"\n" text "${text}")
    endforeach()
    set(${result} "#line 1 \"kernels_cl/${name}\"\n${text}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(table "")
set(i 0)
foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    if(name MATCHES "\\.cl$")
        inline_includes(${path} text)
        file(WRITE ${OUTPUT}.tmp "${text}")
        file(READ ${OUTPUT}.tmp hex HEX)
        file(REMOVE ${OUTPUT}.tmp)
    else()
        file(READ ${path} hex HEX)
    endif()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REPEAT "0x..," 16 row) # line breaks, so that editors and compilers cope
    string(REGEX REPLACE "(${row})" "\\1\n" bytes "${bytes}")
    string(APPEND arrays "static const unsigned char file_${i}[] = {\n${bytes}0x00};\n")
    string(APPEND table "    {\"${name}\", file_${i}, sizeof file_${i} - 1},\n")
    math(EXPR i "${i} + 1")
endforeach()
file(WRITE ${OUTPUT} "/* Made by cmake/EmbedFiles.cmake. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

${arrays}
static const struct { const char *name; const unsigned char *bytes; size_t count; } files[] = {
${table}};

bool ${STEM}_find(const char *name, const unsigned char **bytes, size_t *count);
bool ${STEM}_find(const char *name, const unsigned char **bytes, size_t *count)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].name, name) == 0) {
            *bytes = files[i].bytes; /* a zero byte follows the last */
            *count = files[i].count;
            return true;
        }
    return false;
}
")
