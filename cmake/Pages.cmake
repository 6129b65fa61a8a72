# Man pages and shell completion, made by the dvkit that was built from the tables which it parses with.
find_program(GZIP gzip)
set(DVK_PAGES ${CMAKE_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${DVK_PAGES}/done
    COMMAND ${CMAKE_COMMAND} -DDVKIT=$<TARGET_FILE:dvkit> -DPAGES=${DVK_PAGES} -DGZIP=${GZIP}
        -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/PagesScript.cmake
    DEPENDS dvkit ${CMAKE_CURRENT_SOURCE_DIR}/cmake/PagesScript.cmake
    COMMENT "Making man pages and shell completion"
    VERBATIM)
add_custom_target(pages ALL DEPENDS ${DVK_PAGES}/done)

install(DIRECTORY ${DVK_PAGES}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT dvkit)
install(FILES ${DVK_PAGES}/dvkit DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT dvkit)
# Where zsh looks: a distribution's own packages have a folder apart.
set(folder site-functions)
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(folder vendor-completions)
endif()
install(FILES ${DVK_PAGES}/_dvkit DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${folder} COMPONENT dvkit)
