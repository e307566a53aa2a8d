export { Lane, type LaneObserver, type LaneSettings, type SubmitOutcome } from './lane.js';
export {
  type FrameOutcome,
  type FramePort,
  type SealedFrame,
  type SendClock,
  type SendSettings,
  sendUntilKnown,
} from './send-frame.js';
