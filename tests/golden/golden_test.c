/* SPDX-License-Identifier: MIT */
/* Runs the golden cases: policy.json and facts go in, want.native.plan or want.err comes out.
 *
 *   golden_test FOLDER [CASE...]            compares; prints a line for each case that differs
 *   golden_test --update FOLDER CASE...     writes what comes out; read it before you keep it */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "fake_host.h"
#include "plan/plan.h"

#define PLAN_NAME "want.native.plan"
#define ERR_NAME  "want.err"

struct outcome {
    bool refused;
    struct mxc_buf text;
};

static int read_file(const char *path, struct mxc_buf *out)
{
    FILE *file = fopen(path, "r");
    char block[4096];
    size_t length;

    if (!file)
        return -1;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        mxc_buf_add_n(out, block, length);
    (void)fclose(file);
    return out->failed ? -1 : 0;
}

static int plan_case(struct fake_host *host, const struct mxc_buf *json, struct outcome *out)
{
    struct mxc_policy policy;
    struct mxc_plan plan;
    struct mxc_err err = { 0 };

    if (mxc_policy_read(&host->arena, json->data, json->length, NULL, &policy, &err) == 0 &&
        mxc_plan_native(&host->arena, &policy, &host->facts, &plan, &err) == 0) {
        mxc_plan_text(&plan, &out->text);
        return 0;
    }
    out->refused = true;
    mxc_buf_format(&out->text, "%s %s: %s\n", mxc_code_text(err.code), err.where, err.text);
    return 0;
}

static int run_case(const char *folder, const char *name, struct outcome *out)
{
    char path[4096];
    auto_buf json = { 0 };
    struct fake_host host = { 0 };
    int result;

    (void)snprintf(path, sizeof path, "%s/%s/policy.json", folder, name);
    if (read_file(path, &json) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/%s/facts", folder, name);
    result = fake_host_read(&host, folder, path);
    if (!result)
        result = plan_case(&host, &json, out);
    fake_host_done(&host);
    return result;
}

static int compare_case(const char *folder, const char *name)
{
    char path[4096];
    auto_buf want = { 0 }, other = { 0 };
    struct outcome got = { 0 };
    int result = run_case(folder, name, &got);

    if (!result) {
        (void)snprintf(path, sizeof path, "%s/%s/%s", folder, name,
                       got.refused ? PLAN_NAME : ERR_NAME);
        if (read_file(path, &other) == 0)
            result = -1; /* the other outcome was wanted */
        (void)snprintf(path, sizeof path, "%s/%s/%s", folder, name,
                       got.refused ? ERR_NAME : PLAN_NAME);
        if (read_file(path, &want) < 0 || !want.data || strcmp(want.data, got.text.data) != 0)
            result = -1;
    }
    if (result)
        printf("not ok %s\n--- wanted\n%s%s--- got\n%s", name, want.data ? want.data : "",
               other.data ? other.data : "", got.text.data ? got.text.data : "");
    mxc_buf_done(&got.text);
    return result;
}

static int update_case(const char *folder, const char *name)
{
    char path[4096];
    struct outcome got = { 0 };
    FILE *file;

    if (run_case(folder, name, &got) < 0)
        return -1;
    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, name, got.refused ? PLAN_NAME : ERR_NAME);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, name, got.refused ? ERR_NAME : PLAN_NAME);
    file = fopen(path, "w");
    if (file) {
        (void)fputs(got.text.data, file);
        (void)fclose(file);
    }
    mxc_buf_done(&got.text);
    return file ? 0 : -1;
}

static int is_folder(const struct dirent *item)
{
    return item->d_name[0] != '.' && !strchr(item->d_name, '.') && strcmp(item->d_name, "meson");
}

static int compare_all(const char *folder)
{
    struct dirent **items;
    int count = scandir(folder, &items, is_folder, alphasort);
    int failed = 0;

    for (int i = 0; i < count; i++) {
        failed += compare_case(folder, items[i]->d_name) != 0;
        free(items[i]);
    }
    if (count > 0)
        free(items);
    printf("%d golden cases, %d failed\n", count, failed);
    return count > 0 && !failed ? 0 : 1;
}

int main(int argc, char **argv)
{
    bool update = argc > 1 && !strcmp(argv[1], "--update");
    int first = update ? 2 : 1;
    int failed = 0;

    if (argc <= first || (update && argc <= first + 1)) {
        fprintf(stderr, "usage: golden_test [--update] FOLDER [CASE...]\n");
        return 2;
    }
    if (argc == first + 1)
        return compare_all(argv[first]);
    for (int i = first + 1; i < argc; i++)
        failed += (update ? update_case : compare_case)(argv[first], argv[i]) != 0;
    return failed ? 1 : 0;
}
