// mote-engine: computes for one slot of a worker. Started by mote-worker, never by
// hand; it ends when the worker does.
//
// Exit codes: 0 the worker is done with it, 1 the socket failed, 2 usage, 70 the
// device is lost.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/blob_files.h"
#include "common/freed_memory.h"
#include "worker/engine/device.h"
#include "worker/engine/engine.h"
#include "worker/engine/kernel_library.h"
#include "worker/wire/descendants.h"
#include "worker/wire/frame.h"
#include "worker/wire/task_mark.h"

namespace mote::engine {
namespace {

struct Arguments {
  int fd = 3;
  int slot = 0;
  bool warm = false;
  std::string store_dir;
  EngineOptions engine;
};

// "auto": an accelerator if there is one that the kernels can use; slots take turns.
std::string ResolveDevice(const std::string& device, int slot, KernelLibrary& library) {
  if (device != "auto") return device;
  const int count = AcceleratorPresent() ? library.AcceleratorCount() : 0;
  return count == 0 ? "cpu" : absl::StrCat("cuda:", slot % count);
}

// The kernel's killer is to take engines first: their work is retried.
void VolunteerForOomKiller() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const ssize_t n = write(fd, "500", 3);
  close(fd);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "mote-engine: %s\n", status.ToString().c_str());
  return 1;
}

int Run(Arguments arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  wire::AdoptOrphans();
  fcntl(arguments.fd, F_SETFD, FD_CLOEXEC);  // programs of the command kernel must not hold it
  VolunteerForOomKiller();
  KeepFreedMemory();
  // Whatever prints to stdout must not be taken for a result.
  dup2(STDERR_FILENO, STDOUT_FILENO);
  auto files = BlobFiles::Open(arguments.store_dir + "/blobs");
  if (!files.ok()) return Fail(files.status());
  auto mark = wire::MappedTaskMark::Open(arguments.engine.scratch_dir + "/task_mark");
  if (!mark.ok()) return Fail(mark.status());

  KernelLibrary library(TorchKernelsPath());
  arguments.engine.device = ResolveDevice(arguments.engine.device, arguments.slot, library);
  DeviceDescription device = DescribeDevice(arguments.engine);
  if (arguments.warm) {
    if (const absl::Status loaded = library.Load(); !loaded.ok()) device.notes.push_back(loaded.ToString());
  }
  wire::FrameSocket socket(arguments.fd);
  Engine engine(socket, **files, library, (*mark)->mark(), std::move(arguments.engine));
  const absl::Status served = engine.Serve(device);
  if (!served.ok()) Fail(served);
  std::fflush(nullptr);
  // The compute thread may be inside a task: no destructor may run under it.
  _exit(served.ok() ? 0 : 1);
}

}  // namespace
}  // namespace mote::engine

int main(int argc, char** argv) {
  mote::engine::Arguments arguments;
  CLI::App app("Computes for one slot of a mote worker; started by mote-worker.", "mote-engine");
  app.add_option("--fd", arguments.fd, "socket to the supervisor");
  app.add_option("--slot", arguments.slot, "which slot of the worker this is");
  app.add_option("--store-dir", arguments.store_dir, "directory of blobs, shared with the supervisor")->required();
  app.add_option("--scratch-dir", arguments.engine.scratch_dir, "directory of this engine alone")->required();
  app.add_option("--device", arguments.engine.device, "auto, cpu or cuda:<n>");
  app.add_option("--threads", arguments.engine.threads, "compute threads");
  app.add_flag("--warm", arguments.warm, "load libtorch now");
  app.add_option("--shared-dir", arguments.engine.shared_dirs);
  app.add_flag("--allow-commands", arguments.engine.allow_commands);
  app.add_flag("--allow-test-operations", arguments.engine.allow_test_operations);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return mote::engine::Run(std::move(arguments));
}
