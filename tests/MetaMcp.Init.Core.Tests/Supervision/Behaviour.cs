using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

internal enum ProbeBehaviour { Succeeds, Fails, Hangs, IsBeyondKill, CannotStart }

/// <summary>How the kernel answers a request for a process.</summary>
internal enum SpawnAnswer { AtOnce, WhenTold }

/// <summary>How a service's program behaves in a <see cref="World"/>: by default it runs until a signal ends it, at once.</summary>
internal sealed class Behaviour
{
    private readonly HashSet<Signal> _ignored = [];

    public SpawnAnswer SpawnAnswer { get; set; } = SpawnAnswer.AtOnce;

    /// <summary>The answers to the next spawns; after these, spawns succeed.</summary>
    public Queue<(string Reason, int ExitCode)> SpawnFailures { get; } = new();

    /// <summary>The second stage cannot execute the program: it reports this text and exits with this code.</summary>
    public (string Text, int ExitCode)? Problem { get; set; }

    /// <summary>The number of starts that are refused for a shortage of the container.</summary>
    public int Shortages { get; set; }

    /// <summary>The number of starts whose second stage fails for a shortage.</summary>
    public int ShortagesOfStage { get; set; }

    /// <summary>Whether the report that the program was executed waits for <see cref="World.Executes"/>.</summary>
    public bool HoldsExec { get; set; }

    /// <summary>The program ends by itself as soon as it was executed, with this code.</summary>
    public int? ExitsAtOnce { get; set; }

    /// <summary>The exit code of the program when it is asked to stop; null if the signal ends it.</summary>
    public int? CodeWhenStopped { get; set; }

    public ProbeBehaviour Probe { get; set; } = ProbeBehaviour.Succeeds;

    /// <summary>The last line that the probes write, and the exit code of probes that fail.</summary>
    public (string? Line, int Code) ProbeSays { get; set; } = (null, 1);

    /// <summary>How the stop_command behaves; the program goes on running in any case.</summary>
    public ProbeBehaviour StopCommand { get; set; } = ProbeBehaviour.Succeeds;

    /// <summary>Each run leaves a process in its group when it ends; that process obeys the signals that the program obeys.</summary>
    public bool LeavesBehind { get; set; }

    /// <summary>Why the next processes are not accepted as the main process.</summary>
    public Queue<string> MainRefusals { get; } = new();

    /// <summary>The memory of the program in bytes, as a close look shows it.</summary>
    public long Memory { get; set; }

    /// <summary>Whether a close look gets only an estimate.</summary>
    public bool IsEstimate { get; set; }

    /// <summary>The memory as a rough look shows it, if that is more.</summary>
    public long? Resident { get; set; }

    public int Tasks { get; set; } = 1;

    /// <summary>Whether /proc of the process cannot be read.</summary>
    public bool IsHidden { get; set; }

    public void Ignores(params Signal[] signals) => _ignored.UnionWith(signals);

    /// <summary>The process is in uninterruptible sleep.</summary>
    public void IgnoresEverything() => Ignores([.. Enumerable.Range(1, Signal.Max).Select(Signal.FromNumber)]);

    public bool Obeys(Signal signal) => signal != Signal.Cont && !_ignored.Contains(signal);
}
