#include "common/version.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "client/commands/commands.h"

namespace mote::client {

void AddVersion(CLI::App* app, Invocation* invocation) {
  const auto format = std::make_shared<OutputFormat>(OutputFormat::kTable);
  CLI::App* command = app->add_subcommand("version", "Print the version of this program");
  AddFormat(command, format.get(), {"table", "json", "yaml"});
  command->callback([=] {
    invocation->body = [=] {
      if (!PrintStructured({{"version", kVersion}}, *format)) std::cout << "mote " << kVersion << "\n";
      return static_cast<int>(kSucceeded);
    };
  });
}

}  // namespace mote::client
