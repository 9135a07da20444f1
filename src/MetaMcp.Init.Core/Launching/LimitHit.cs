using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Launching;

/// <summary>The limit that keeps a launch from a place. The limits are asked often, and the sentence is made only for a client.</summary>
internal abstract record LimitHit : Case
{
    /// <summary>A sentence without its period: more may follow.</summary>
    public abstract string Reason { get; }

    /// <summary>The sentence after it: what a person can do.</summary>
    public abstract string WayOut { get; }

    /// <summary>The limit of the server: its own, or <c>max_per_type</c>.</summary>
    public sealed record OfType(string Server, int Most, bool IsOwn) : LimitHit
    {
        public override string Reason =>
            $"{Counted.Text(Most, "instance")} of {Server} already {(Most == 1 ? "runs" : "run")}, and " +
            $"{(IsOwn ? $"max_instances of [server.{Server}]" : "max_per_type of [limits]")} is {Most}";

        public override string WayOut =>
            $"End {(Most == 1 ? "it" : "one of them")}, or raise " +
            (IsOwn ? $"max_instances of [server.{Server}]." : $"max_per_type, or write max_instances in [server.{Server}].");
    }

    /// <summary><c>max_instances</c> of [limits]: services and launched servers together.</summary>
    public sealed record OfAll(int Most) : LimitHit
    {
        public override string Reason =>
            $"{Counted.Text(Most, "service")} and launched servers already run or are about to, and max_instances of [limits] is {Most}";

        public override string WayOut => "End one of the servers, or raise max_instances of [limits].";
    }
}
