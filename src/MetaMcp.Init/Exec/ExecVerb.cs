using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Exec;

/// <summary>
/// <c>mcp-init exec [OPTION…] -- CMD</c>: the second stage. It applies to itself the attributes that <c>posix_spawn</c> cannot set,
/// and becomes the command. Nearly every service start goes through it, so nothing is made that the request does not need.
/// </summary>
internal static unsafe class ExecVerb
{
    /// <param name="args">The program's arguments, the verb first.</param>
    /// <returns>An exit code on failure. On success the process is replaced and this does not return.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        var raw = StartArguments.Arguments(args, 2);
        var words = new string[args.Length - 1];
        for (var i = 0; i < words.Length; i++)
            words[i] = ByteText.From(raw[i]);

        var request = ExecArgumentReader.Read(words, out var errors, out var errorDescriptor);
        try
        {
            if (errorDescriptor is { } descriptor && fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
            {
                errorDescriptor = null;
                throw ExecFailedException.Of(ExecStep.ErrorDescriptor, LastError);
            }
            if (request is null)
                throw ExecFailedException.Of(ExecStep.Arguments, Errno.None, string.Join("; ", errors));
            if (request.Gate is { } gate && !Gate.Wait(gate))
                return ExitCodes.Success;
            SecondStage.Become(request, raw + (words.Length - request.Command.Length), () => Mark(errorDescriptor));
        }
        catch (ExecFailedException failed)
        {
            Report(failed.Failure, errorDescriptor, request?.Server);
            return failed.Failure.ExitCode;
        }
        return ExitCodes.System;
    }

    /// <summary>Reports that only the program itself can fail from here on; see <see cref="ExecFailure.Mark"/>.</summary>
    private static void Mark(int? descriptor)
    {
        var mark = ExecFailure.Mark;
        if (descriptor is { } error)
            _ = write(error, &mark, 1);
    }

    private static void Report(ExecFailure failure, int? descriptor, string? server)
    {
        if (descriptor is not { } error)
        {
            StandardError.TryWriteLine($"mcp-init {(server is null ? "exec" : $"launch: {server}")}: {failure.Sentence}");
            return;
        }
        var record = failure.Encode();
        fixed (byte* start = record)
        {
            // One write of less than PIPE_BUF is whole or not at all. Without a reader only the exit code remains.
            _ = write(error, start, (nuint)record.Length);
        }
    }
}
