// echo: bytes that depend on the task's index alone.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/json_params.h"
#include "common/philox.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

constexpr uint64_t kSeed = 0x6563'686f;  // "echo"

class EchoPass final : public RowPassKernel {
 public:
  EchoPass(std::unique_ptr<RowReducer> reducer, int64_t bytes)
      : RowPassKernel(std::move(reducer)), schema_{{{"result", DType::kU8, bytes}}} {}

 protected:
  absl::StatusOr<Table> RunRows(int64_t task, TaskContext&) override {
    const Philox random(kSeed, static_cast<uint64_t>(task));
    const size_t size = static_cast<size_t>(schema_.columns[0].width);
    Table table{schema_, 1, std::string(size, '\0')};
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
      const uint64_t word = random.U64(at / sizeof(uint64_t));
      std::memcpy(table.bytes.data() + at, &word, std::min(sizeof(word), size - at));
    }
    return table;
  }

 private:
  const Schema schema_;
};

class EchoKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    return std::make_unique<EchoPass>(std::move(reducer), Params(parameters).Integer("bytes"));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeEchoKernel() { return std::make_unique<EchoKernel>(); }

}  // namespace mote::engine
