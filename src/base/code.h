/*
 * Which code computes: what bits depend on besides their inputs, for numbers that are kept from run to run.
 */
#ifndef DVK_BASE_CODE_H
#define DVK_BASE_CODE_H

/*
 * The build ids of the object that holds this library and of the C and maths libraries, which change with any byte of
 * their code, and the vectors that this processor has, by which both choose among their functions. "" where one of them
 * carries no id: then nothing may be kept.
 */
const char *dvk_code_identity(void);

#endif
