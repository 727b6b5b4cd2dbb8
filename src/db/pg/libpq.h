/*
 * libpq, which is not linked but loaded with the first session. It brings two dozen libraries along (TLS, Kerberos,
 * LDAP): to link them takes longer than everything else a start does. Loaded like this it happens beside the reading of
 * the revision files, and never where the database is SQLite. In the static program (-Dlibraries=static) it is linked.
 */
#ifndef WB_DB_PG_LIBPQ_H
#define WB_DB_PG_LIBPQ_H

#include <libpq-fe.h>

#include "whimbrel.h"

/* Every function of libpq that is called, without its PQ. */
/* clang-format off */
#define WB_LIBPQ_FUNCTIONS(X)                                                                                          \
    X(backendPID) X(cancel) X(clear) X(cmdTuples) X(connectPoll) X(connectStartParams) X(connectionNeedsPassword)      \
    X(conninfoFree) X(conninfoParse) X(consumeInput) X(db) X(enterPipelineMode) X(errorMessage) X(exitPipelineMode)    \
    X(finish) X(flush) X(freeCancel) X(freemem) X(getCancel) X(getCopyData) X(getResult) X(getisnull) X(getvalue)      \
    X(host) X(hostaddr) X(isBusy) X(libVersion) X(nfields) X(ntuples) X(parameterStatus) X(pipelineSync) X(port)       \
    X(putCopyData) X(putCopyEnd) X(resultErrorField) X(resultErrorMessage) X(resultStatus) X(sendFlushRequest)         \
    X(sendPrepare) X(sendQueryParams) X(sendQueryPrepared) X(serverVersion) X(setErrorVerbosity)                       \
    X(setNoticeReceiver) X(setnonblocking) X(socket) X(status) X(transactionStatus) X(user)
/* clang-format on */

/* PQfinish is `pq->finish`. */
struct wb_libpq {
    void *handle;
#define WB_LIBPQ_MEMBER(name) __typeof__(PQ##name) *name;
    WB_LIBPQ_FUNCTIONS(WB_LIBPQ_MEMBER)
#undef WB_LIBPQ_MEMBER
};

/* WB_EFAILED when this machine has no libpq, or one that is too old. */
enum wb_code wb_libpq_load(struct wb_libpq *ret_pq, struct wb_error *err);

/* The library stays in the process: what it has registered there (by OpenSSL, for the end of it) could not be undone. */
void wb_libpq_release(struct wb_libpq *pq);

#endif
