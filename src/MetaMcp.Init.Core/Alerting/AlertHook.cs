using System.Collections.Immutable;
using MetaMcp.Init.Core.Effects;
using MetaMcp.Init.Core.Services;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Alerting;

/// <summary>
/// The <c>command</c> of [alerts]: each alert starts it once, one after the other, with a document on its stdin.
/// <code>
/// Idle ──SendAlert──▶ Running ──late──▶ Killing (again and again)
///   ◀──────AlertSent─────┴────AlertSent────┘
/// </code>
/// It delays nothing but the end of the container, and that for a short time: the alert of the service for which the container ends is
/// the most important one.
/// </summary>
internal sealed class AlertHook(Response response, ServiceTable services, Instant startedAt)
{
    /// <summary>The time that the command has.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>From the begin of the shutdown, at most.</summary>
    public static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan KillPause = TimeSpan.FromSeconds(2);

    /// <summary>The number of messages that wait for the command.</summary>
    private const int Most = 32;

    private readonly List<AlertMessage> _queue = new(Most + 1);
    private State _state;

    /// <summary>The number of the last message: an answer to an earlier one comes too late to count.</summary>
    private long _number;
    private Instant _until = Instant.Never;
    private Instant _endBy = Instant.Never;
    private bool _isOver;

    /// <summary>Whether it was told that the command fails, and it has not worked since.</summary>
    private bool _isFailing;

    /// <summary>The messages that the command did not get since the last one that it got.</summary>
    private long _missed;

    private enum State { Idle, Running, Killing }

    /// <summary>When <see cref="TimePassed"/> has something to do.</summary>
    public Instant Due => _isOver ? Instant.Never : IsBusy ? Instant.Earlier(_until, _endBy) : _until;

    /// <summary>Whether the shutdown waits for the command.</summary>
    public bool IsAwaited => IsBusy && !_isOver;

    private bool IsBusy => _state != State.Idle || _queue.Count > 0;

    private ImmutableArray<string> Command => services.Plan.Settings.Alerts.Command;

    /// <summary>
    /// Takes a message. If too many wait, the oldest one that raises nothing critical is dropped: the newest says how things are.
    /// </summary>
    public void Send(AlertMessage message)
    {
        if (Command.IsEmpty || _isOver || response.Now >= _endBy)
            return;
        _queue.Add(message);
        if (_queue.Count <= Most)
            return;
        _queue.RemoveAt(Math.Max(_queue.FindIndex(m => !m.IsRaised || !m.IsCritical), 0));
        Missed("it is too slow: more alerts come than it can take");
    }

    /// <summary>Starts the command, if there is something to tell and it does not run.</summary>
    public void Advance()
    {
        if (_state != State.Idle || _queue.Count == 0)
            return;
        if (Command.IsEmpty)
        {
            _queue.Clear();
            return;
        }
        response.MayEndHere();
        response.Add(new Effect.SendAlert(_number + 1, Command, _queue[0].Encode(response.Now - startedAt, _missed)));
        _queue.RemoveAt(0);
        (_number, _state, _until) = (_number + 1, State.Running, response.Now + Patience);
    }

    /// <summary>The command has ended, or could not be started.</summary>
    /// <param name="number">The number of the message.</param>
    /// <param name="problem">Null if it has taken the document.</param>
    public void Sent(long number, string? problem)
    {
        if (_state == State.Idle || number != _number)
            return;
        var isLate = _state == State.Killing;
        if (isLate || problem is not null)
            Missed(isLate ? $"it was killed, since it had not ended within {Duration.Format(Patience)}" : problem!);
        else
            (_isFailing, _missed) = (false, 0);
        (_state, _until) = (State.Idle, Instant.Never);
    }

    public void TimePassed()
    {
        if (response.Now >= _endBy && IsBusy)
            Stop();
        if (_state != State.Idle && (response.Now >= _until || _isOver))
        {
            response.MayEndHere();
            response.Add(new Effect.KillAlertCommand(_number));
            (_state, _until) = (State.Killing, response.Now + KillPause);
        }
    }

    /// <summary>Everything that is left is sent signals now, the command as well.</summary>
    public void Stop()
    {
        _isOver = true;
        _queue.Clear();
    }

    /// <summary>The shutdown has begun.</summary>
    public void End()
    {
        if (_endBy != Instant.Never)
            return;
        // Within the time of the phase, so that the rest of the phase is left for orphans.
        var half = services.Plan.Settings.Shutdown.Timeout / 2;
        _endBy = response.Now + (half < ShutdownPatience ? half : ShutdownPatience);
    }

    private void Missed(string problem)
    {
        if (!_isFailing)
            response.Tell(Notices.AlertCommandFailed.Of(problem));
        _isFailing = true;
        _missed++;
    }
}
