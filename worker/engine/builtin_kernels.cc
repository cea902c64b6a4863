#include "worker/engine/builtin_kernels.h"

namespace mote::engine {

void RegisterBuiltinKernels(KernelMap& kernels) {
  kernels.emplace("command", MakeCommandKernel());
  kernels.emplace("echo", MakeEchoKernel());
  kernels.emplace("filter", MakeFilterKernel());
  kernels.emplace("finish", MakeFinishKernel());
  kernels.emplace("fitted.read", MakeFittedReadKernel());
  kernels.emplace("fitted.report", MakeFittedReportKernel());
  kernels.emplace("fold", MakeFoldKernel());
  kernels.emplace("index", MakeIndexKernel());
  kernels.emplace("index_arrays", MakeIndexArraysKernel());
  kernels.emplace("misbehave", MakeMisbehaveKernel());
  kernels.emplace("noop", MakeNoopKernel());
  kernels.emplace("pin_shared", MakePinSharedKernel());
  kernels.emplace("prepare.profile", MakePrepareProfileKernel());
  kernels.emplace("prepare.transform", MakePrepareTransformKernel());
  kernels.emplace("random_sum", MakeRandomSumKernel());
  kernels.emplace("sample", MakeSampleKernel());
  kernels.emplace("sleep", MakeSleepKernel());
  kernels.emplace("spin", MakeSpinKernel());
}

}  // namespace mote::engine
