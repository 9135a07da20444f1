using System.Collections.Immutable;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// <c>shim = "exec"</c>: this process becomes the server, with the pid, signals and exit code that the client expects. The connection
/// closes at exec.
/// </summary>
internal static unsafe class ExecShim
{
    /// <summary>Returns only if it failed.</summary>
    public static int Run(InitConnection connection, LaunchGrant grant, ServerCommand command, LaunchSubject subject)
    {
        _ = connection.TrySend(new ClientFrame.Place(getpid(), command.Unwrapping));
        switch (connection.Await())
        {
            case InitFrame.Go:
                return Become(connection, grant, command, subject);
            case InitFrame.Refused refused:
                return subject.Refuse(connection, refused);
            case var answer:
                return subject.Fail(connection, answer);
        }
    }

    private static int Become(InitConnection connection, LaunchGrant grant, ServerCommand command, LaunchSubject subject)
    {
        var words = ImmutableArray.CreateBuilder<string>(grant.Exec.Length + 2);
        foreach (var word in grant.Exec)
            words.Add(ByteText.Encode(word));
        words.Add("--");
        words.Add(ByteText.From(command.Words[0]));
        var request = ExecArgumentReader.Read(words.ToArray(), out var errors, out _);
        try
        {
            if (request is null)
                throw ExecFailedException.Of(ExecStep.Arguments, Errno.None, string.Join("; ", errors));
            var set = request.Environment.Set;
            foreach (var (name, value) in ServerVariables.Of(grant))
                set = set.Add(ByteText.Encode($"{name}={value}"));
            request = request with
            {
                Environment = request.Environment with { Set = set }, Signals = SignalReset.Inherited,
            };
            SecondStage.Become(request, command.Words, static () => { });
        }
        catch (ExecFailedException failed)
        {
            // No refusal, also for a shortage: to PID 1 this process is the server already, and would hold a place for as long as it talks.
            StandardError.TryWriteLine($"mcp-init launch: {grant.Name}: {failed.Failure.Sentence}");
            return failed.Failure.ExitCode;
        }
        return ExitCodes.System;
    }
}
