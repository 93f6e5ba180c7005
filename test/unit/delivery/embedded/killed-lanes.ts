import { LogLane } from '../../../contract/log-lane.ts';

export const killedLanes = [new LogLane('ex01', 1), new LogLane('ex02', 2), new LogLane('ex03', 3)] as const;
