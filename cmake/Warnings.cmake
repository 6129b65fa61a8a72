# Warnings that are errors, and the sanitizers asked for, on every target of ours.
function(dvk_target_options target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
        -Wpointer-arith -Wundef -Wvla -fno-common)
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    if(DVK_SANITIZE)
        target_compile_options(${target} PRIVATE -fsanitize=${DVK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${DVK_SANITIZE})
        if(CMAKE_C_COMPILER_ID MATCHES "Clang") # checks stand in the way of `omp simd`
            target_compile_options(${target} PRIVATE -Wno-pass-failed)
        endif()
    endif()
endfunction()
