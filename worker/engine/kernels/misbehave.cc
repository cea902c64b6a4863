// misbehave: tasks that fail as they are told, to try retry, blame and quarantine, and
// what their neighbours' sum becomes without them.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/random_row.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

// Never returns, whatever is asked of it: only ending the process helps.
[[noreturn]] void Hang() {
  for (;;) pause();
}

class MisbehavePass final : public RowPassKernel {
 public:
  MisbehavePass(std::unique_ptr<RowReducer> reducer, std::set<int64_t> tasks, std::string how, int64_t values)
      : RowPassKernel(std::move(reducer)), tasks_(std::move(tasks)), how_(std::move(how)), values_(values) {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext&) override {
    if (!tasks_.contains(task)) return values_ == 0 ? Table() : RandomRow(values_, /*seed=*/0, task);
    if (how_ == "crash") {
      std::fprintf(stderr, "misbehave: task %lld crashes as told\n", static_cast<long long>(task));
      std::abort();
    }
    if (how_ == "hang") Hang();
    // What an allocation that cannot succeed throws, without burdening the machine.
    if (how_ == "oom") throw std::bad_alloc();
    return absl::InvalidArgumentError(
        absl::StrCat("task ", task, " fails as told (misbehave: how: error); remove it from `tasks`"));
  }

 private:
  const std::set<int64_t> tasks_;
  const std::string how_;
  const int64_t values_;
};

class MisbehaveKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext&) override {
    if (!options.allow_test_operations) {
      return absl::PermissionDeniedError("this worker does not run misbehave; start it with --allow-test-operations");
    }
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(pass.parameters));
    const Params parameters(json);
    std::set<int64_t> tasks;
    if (const Json* list = parameters.Find("tasks"); list != nullptr) {
      for (const Json& task : *list) tasks.insert(task.get<int64_t>());
    }
    const Json* values = parameters.Find("values");
    return std::make_unique<MisbehavePass>(std::move(reducer), std::move(tasks), parameters.Text("how"),
                                           values == nullptr ? 0 : values->get<int64_t>());
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeMisbehaveKernel() { return std::make_unique<MisbehaveKernel>(); }

}  // namespace mote::engine
