using System.Globalization;
using System.Runtime.InteropServices;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.LaunchProtocol;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Spawning;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Launch;

/// <summary>
/// The server's process: our own binary as the second stage, with the client's streams, in a session of its own since clients signal
/// groups. It waits at a gate, so that no line of the server runs before PID 1 has put it in its place.
/// </summary>
internal sealed unsafe class GatedServer
{
    private int _gate;

    private GatedServer(int pid, int gate) => (Pid, _gate) = (pid, gate);

    public int Pid { get; }

    /// <param name="grant">The answer of PID 1.</param>
    /// <param name="command">The server.</param>
    /// <param name="signals">The signals that the server begins with.</param>
    /// <param name="error">Why there is no process.</param>
    /// <param name="call">The call that failed, if there is none.</param>
    public static GatedServer? Start(
        LaunchGrant grant, ServerCommand command, SignalSets signals, out Errno error, out string call)
    {
        call = "pipe2";
        var ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC) != 0)
        {
            error = LastError;
            return null;
        }
        call = "posix_spawn";
        error = Spawn(Options(grant, ends[0], signals), signals.Ignored, grant, command, ends[0], out var pid);
        _ = close(ends[0]);
        if (error.IsSuccess)
            return new GatedServer(pid, ends[1]);
        _ = close(ends[1]);
        return null;
    }

    /// <summary>Lets it become the server. It may have ended meanwhile: its exit status tells that.</summary>
    public void Open()
    {
        byte opened = 1;
        _ = write(_gate, &opened, 1);
        CloseGate();
    }

    /// <summary>Ends it before it has become the server, and collects it. It has done nothing yet, and cannot be in state D.</summary>
    public void Abandon()
    {
        CloseGate();
        Signal(Core.Values.Signal.Kill, wholeGroup: false);
        siginfo_t info;
        while (waitid(P_PID, (uint)Pid, &info, WEXITED) != 0 && LastError.Number == Errno.EINTR)
        {
        }
    }

    /// <summary>Not to be called after it was collected. EPERM: it has changed its user.</summary>
    public void Signal(Signal signal, bool wholeGroup) => _ = kill(wholeGroup ? -Pid : Pid, signal.Number);

    private void CloseGate()
    {
        if (_gate >= 0)
            _ = close(_gate);
        _gate = -1;
    }

    private static Errno Spawn(
        string[] given, ulong ignored, LaunchGrant grant, ServerCommand command, int gate, out int pid)
    {
        using var path = new NativeStrings([SelfExecutable.Path]);
        using var options = new NativeStrings(given);
        using var environment = new EnvironmentBlock(ServerVariables.Of(grant));
        // Options of ours, then the command byte for byte.
        var commandCount = 0;
        while (command.Words[commandCount] != null)
            commandCount++;
        var words = (byte**)NativeMemory.Alloc((nuint)(given.Length + commandCount + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < given.Length; i++)
            words[i] = options.Pointer[i];
        for (var i = 0; i <= commandCount; i++)
            words[given.Length + i] = command.Words[i];
        ReadOnlySpan<DescriptorMapping> mappings = [new(gate, gate)];
        var error = Spawner.Spawn(
            new SpawnRequest
            {
                Path = path.Pointer[0],
                Arguments = words,
                Environment = environment.Pointer,
                Group = SpawnGroup.Session,
                StayIgnored = ignored,
                Descriptors = mappings,
            },
            out pid);
        NativeMemory.Free(words);
        return error;
    }

    private static string[] Options(LaunchGrant grant, int gate, SignalSets signals)
    {
        var words = new List<string>(grant.Exec.Length + 10)
        {
            "mcp-init", "exec", "--gate", gate.ToString(CultureInfo.InvariantCulture), "--for", grant.Name,
        };
        // An account has values of its own for HOME and others; those of the file come before them.
        if (grant.Exec.Contains("--user"))
            foreach (var (name, _) in grant.Environment)
                words.AddRange(["--keep-env", name]);
        words.AddRange(grant.Exec);
        words.AddRange(ExecArguments.EncodeSignals(signals));
        words.Add("--");
        return [.. words];
    }
}
