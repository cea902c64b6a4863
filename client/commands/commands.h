// Every command of `mote`, one file each.
//
// Each function adds its subcommand to `app`; when the command line names it,
// `invocation->body` becomes what it does.
#pragma once

#include "client/commands/invocation.h"

namespace mote::client {

void AddRun(CLI::App* app, Invocation* invocation);
void AddSubmit(CLI::App* app, Invocation* invocation);
void AddJobs(CLI::App* app, Invocation* invocation);
void AddJob(CLI::App* app, Invocation* invocation);
void AddWait(CLI::App* app, Invocation* invocation);
void AddWatch(CLI::App* app, Invocation* invocation);
void AddCancel(CLI::App* app, Invocation* invocation);
void AddRetry(CLI::App* app, Invocation* invocation);
void AddResult(CLI::App* app, Invocation* invocation);
void AddCost(CLI::App* app, Invocation* invocation);
void AddTop(CLI::App* app, Invocation* invocation);
void AddTrace(CLI::App* app, Invocation* invocation);
void AddExplain(CLI::App* app, Invocation* invocation);
void AddLogs(CLI::App* app, Invocation* invocation);
void AddWorkers(CLI::App* app, Invocation* invocation);
void AddBundles(CLI::App* app, Invocation* invocation);
void AddDrain(CLI::App* app, Invocation* invocation);
void AddValidate(CLI::App* app, Invocation* invocation);
void AddOperations(CLI::App* app, Invocation* invocation);
void AddCompletion(CLI::App* app, Invocation* invocation);
void AddVersion(CLI::App* app, Invocation* invocation);

}  // namespace mote::client
