/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over files and folders of inputs, without a fuzzing engine: the corpus as a test, and
 * one input by hand.
 *
 *   replay_TARGET FILE|FOLDER... */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static size_t inputs;

/* A copy of exactly its size, so that reading beyond it is seen. */
static int run_bytes(const struct mxc_buf *text)
{
    uint8_t *copy = malloc(text->length ? text->length : 1);

    if (!copy)
        return -1;
    if (text->length)
        memcpy(copy, text->data, text->length);
    (void)LLVMFuzzerTestOneInput(copy, text->length);
    free(copy);
    inputs++;
    return 0;
}

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t size;
    auto_buf text = { 0 };

    if (!file)
        return -1;
    while ((size = fread(part, 1, sizeof part, file)) > 0)
        mxc_buf_add_n(&text, part, size);
    fclose(file);
    fprintf(stderr, "%s\n", path);
    return text.failed ? -1 : run_bytes(&text);
}

static int run_path(const char *path)
{
    DIR *folder = opendir(path);
    int failed = 0;

    if (!folder)
        return errno == ENOTDIR ? run_file(path) : -1;
    for (struct dirent *entry; !failed && (entry = readdir(folder));) {
        auto_buf below = { 0 };

        if (entry->d_name[0] == '.')
            continue;
        mxc_buf_format(&below, "%s/%s", path, entry->d_name);
        failed = below.failed ? -1 : run_path(below.data);
    }
    (void)closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run_path(argv[i]) < 0) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
    printf("%zu inputs\n", inputs);
    return inputs ? EXIT_SUCCESS : EXIT_FAILURE;
}
