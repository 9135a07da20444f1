using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Tests.Supervision;

internal enum ProbeBehaviour { Succeeds, Fails, Hangs, IsBeyondKill, CannotStart }

/// <summary>What the kernel does when it is asked for a process.</summary>
internal enum SpawnAnswer { AtOnce, WhenTold }

/// <summary>What a service's program does in a <see cref="World"/>: by default it runs until a signal ends it, at once.</summary>
internal sealed class Behaviour
{
    private readonly HashSet<Signal> _ignored = [];

    public SpawnAnswer SpawnAnswer { get; set; } = SpawnAnswer.AtOnce;

    /// <summary>Answers to the next spawns, before any succeeds.</summary>
    public Queue<(string Reason, int ExitCode)> SpawnFailures { get; } = new();

    /// <summary>The second stage never becomes the program, and says this with this code.</summary>
    public (string Text, int ExitCode)? Problem { get; set; }

    /// <summary>Starts that the container has no room for; each is refused so.</summary>
    public int Shortages { get; set; }

    /// <summary>The same, of the second stage.</summary>
    public int ShortagesOfStage { get; set; }

    /// <summary>Whether the news that the program was executed waits for <see cref="World.Executes"/>.</summary>
    public bool HoldsExec { get; set; }

    /// <summary>It ends by itself as soon as it was executed, with this code.</summary>
    public int? ExitsAtOnce { get; set; }

    /// <summary>The code it ends with when it is asked to stop; null where the signal ends it.</summary>
    public int? CodeWhenStopped { get; set; }

    public ProbeBehaviour Probe { get; set; } = ProbeBehaviour.Succeeds;

    /// <summary>The last line that its probes write, and the code of those that fail.</summary>
    public (string? Line, int Code) ProbeSays { get; set; } = (null, 1);

    /// <summary>Its stop_command; whatever becomes of that, the program goes on running.</summary>
    public ProbeBehaviour StopCommand { get; set; } = ProbeBehaviour.Succeeds;

    /// <summary>Each run leaves a process in its group when it ends; it obeys what the program obeys.</summary>
    public bool LeavesBehind { get; set; }

    /// <summary>Why the next processes are not taken for its main one.</summary>
    public Queue<string> MainRefusals { get; } = new();

    /// <summary>What it uses, in bytes, as a close look shows it.</summary>
    public long Memory { get; set; }

    /// <summary>A close look gets no more than an estimate.</summary>
    public bool IsEstimate { get; set; }

    /// <summary>As a rough look shows it, where that is more.</summary>
    public long? Resident { get; set; }

    public int Tasks { get; set; } = 1;

    /// <summary>A look does not see it.</summary>
    public bool IsHidden { get; set; }

    public void Ignores(params Signal[] signals) => _ignored.UnionWith(signals);

    /// <summary>In uninterruptible sleep.</summary>
    public void IgnoresEverything() => Ignores([.. Enumerable.Range(1, Signal.Max).Select(Signal.FromNumber)]);

    public bool Obeys(Signal signal) => signal != Signal.Cont && !_ignored.Contains(signal);
}
