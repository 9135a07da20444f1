using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Supervision;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>Starts a child that reads a file and tells it on the descriptor.</summary>
internal delegate Errno ReadStart(string path, int answer, out int pid);

/// <summary>
/// Reads the file again, by a short child: its file system may hang, which must hang nobody else. There is one read at a time; who asks
/// meanwhile has one more after it, since this one may have begun before the change. A child that outlives its SIGKILL, since it sleeps in
/// the kernel, is left to itself, and does not keep others from being sent: by then the file may be on another file system. Where there is
/// room for nobody (a limit of tasks, full), it is read here, hanging or not: the new file may be what is to make room.
/// </summary>
/// <param name="file">What is to be read, and what is made of it.</param>
/// <param name="begin">Starts the child.</param>
/// <param name="helpers">Knows its pid until it is collected.</param>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">No more; called before it is closed.</param>
/// <param name="tell">Has the answer, once for each read that was not dropped.</param>
internal sealed class ConfigRead(
    FileReload file, ReadStart begin, HashSet<int> helpers, Action<int, Action> watch, Action<int> unwatch, Action<SystemEvent> tell)
{
    /// <summary>
    /// More than a network file system that is merely slow takes, and no more than somebody who waits for an answer will.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whoever sends SIGHUP every minute must not fill the container with children that never end.</summary>
    private const int MostLeft = 4;

    /// <summary>What our binary exits with where the kernel gives its runtime no second thread.</summary>
    private const int NoSecondThread = 255;

    /// <summary>Children that nobody waits for any more, until they are collected.</summary>
    private readonly HashSet<int> _left = new(MostLeft + 1);

    private FileAnswer _answer = new(0);
    private bool _isAskedAgain;

    /// <summary>Of the child at work until it is collected; else 0.</summary>
    private int _pid;

    private int _pipe = -1;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Whether there is a child that nobody waits for any more.</summary>
    public bool HasLeft => _left.Count > 0;

    /// <summary>Whether this is one of those: it was sent SIGKILL, and where it does not end by that, by nothing.</summary>
    public bool IsLeft(int pid) => _left.Contains(pid);

    public void Start()
    {
        _isAskedAgain = _pipe >= 0;
        if (!_isAskedAgain && Spawn() is { } problem)
            tell(Refused(problem));
    }

    /// <summary>Gives up on a child that takes too long, and sends the one that was asked for meanwhile.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        if (_pipe < 0)
        {
            Due = Instant.Never;
            if (_isAskedAgain)
                Start();
            return;
        }
        Read();
        if (now >= Due)
            Finish($"not read within {Duration.Format(Patience)}: its file system does not answer, or it is a pipe that nobody writes; " +
                "when `head` shows it again, send SIGHUP again");
    }

    /// <summary>A child was collected; true where it was one of these.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (_left.Remove(pid))
            return true;
        if (pid != _pid)
            return false;
        _pid = 0;
        // All that it will ever say is in the pipe.
        var isWhole = TakeAll() == AnswerTurn.Whole;
        if (!isWhole && status == ExitStatus.Exited(NoSecondThread))
            ReadHere();
        else
            Took(isWhole ? AnswerTurn.Whole : AnswerTurn.Broken);
        return true;
    }

    /// <summary>Nobody wants to know any more.</summary>
    public void Drop()
    {
        _isAskedAgain = false;
        Leave();
        Due = Instant.Never;
    }

    /// <summary>Null where a child is on its way, or nobody is needed any more.</summary>
    private string? Spawn()
    {
        if (_left.Count >= MostLeft)
            return $"{MostLeft} reads before still hang in the kernel; when its file system answers again, or the container was " +
                "restarted, send SIGHUP again";
        var error = Pipe.Open(out var reading, out var writing);
        if (!error.IsSuccess)
            return NotBegun(error);
        try
        {
            _answer = new FileAnswer(ConfigReader.MostRead);
            error = begin(file.Path, writing, out var pid);
            if (!error.IsSuccess)
            {
                ReadHere();
                return null;
            }
            (_pid, _pipe) = (pid, reading);
            Due = MonotonicClock.Now + Patience;
            _ = helpers.Add(pid);
            watch(reading, Read);
            return null;
        }
        finally
        {
            _ = close(writing);
            if (_pipe != reading)
                _ = close(reading);
        }
    }

    private static string NotBegun(Errno error) => $"mcp-init can start nobody to read it: {error}; send SIGHUP again when there is room";

    private void Read()
    {
        if (_pipe >= 0)
            Took(TakeAll());
    }

    /// <summary>All that is there: there is an end to the longest answer.</summary>
    private AnswerTurn TakeAll()
    {
        AnswerTurn turn;
        do
            turn = _answer.Take(_pipe);
        while (turn == AnswerTurn.Read);
        return turn;
    }

    private void Took(AnswerTurn turn)
    {
        if (turn == AnswerTurn.Whole)
            Finish(_answer.HasProblem ? Encoding.UTF8.GetString(_answer.Bytes!) : null, _answer.Bytes);
        else if (turn == AnswerTurn.Broken)
            Finish("whoever was to read it ended without an answer; send SIGHUP again");
    }

    private void ReadHere()
    {
        var error = WholeFile.Read(file.Path, O_NONBLOCK, ConfigReader.MostRead, out var bytes);
        Finish(error.IsSuccess ? null : error.Message, bytes);
    }

    /// <param name="problem">Null where it was read.</param>
    /// <param name="bytes">What was read.</param>
    private void Finish(string? problem, byte[]? bytes = null)
    {
        Leave();
        // Whatever goes wrong on the way: who asked has an answer, and who asked again another read.
        SystemEvent answer = Refused(problem ?? "what is in it could not be taken; send SIGHUP again");
        try
        {
            if (problem is null)
                answer = file.Take(bytes!);
        }
        finally
        {
            _answer = new FileAnswer(0);
            tell(answer);
            // Not here: this may be in the middle of collecting, where pids that are free already stand for who has ended.
            if (_isAskedAgain)
                Due = MonotonicClock.Now;
        }
    }

    private void Leave()
    {
        if (_pipe < 0)
            return;
        unwatch(_pipe);
        _ = close(_pipe);
        (_pipe, Due) = (-1, Instant.Never);
        if (_pid == 0)
            return;
        // It was not collected, so it has its pid. Mostly it has ended, or is about to.
        _ = kill(_pid, Signal.Kill.Number);
        _ = _left.Add(_pid);
        _pid = 0;
    }

    private SystemEvent.ReloadRefused Refused(string problem) => new SystemEvent.ReloadRefused([$"{file.Path}: {problem}"]);
}
