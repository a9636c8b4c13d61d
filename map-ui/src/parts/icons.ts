// Written by `npm run icons`.
export type IconName = 'arrow-left' | 'arrow-right-left' | 'bell' | 'bike' | 'bug' | 'building-2' | 'bus'
  | 'camera' | 'car' | 'check' | 'chevron-down' | 'chevron-left' | 'chevron-right' | 'chevron-up' | 'circle-alert'
  | 'circle-help' | 'clock' | 'cloud-off' | 'construction' | 'copy' | 'download' | 'droplets' | 'eye' | 'file-text'
  | 'flame' | 'footprints' | 'funnel' | 'globe' | 'hexagon' | 'history' | 'house' | 'image' | 'image-plus'
  | 'inbox' | 'info' | 'keyboard' | 'languages' | 'layers' | 'lightbulb' | 'link' | 'list' | 'list-checks'
  | 'locate-fixed' | 'lock' | 'log-out' | 'map' | 'map-pin' | 'map-pin-check' | 'map-pin-off' | 'map-pin-plus'
  | 'maximize' | 'message-square' | 'minus' | 'moon' | 'pause' | 'paw-print' | 'pencil' | 'phone' | 'play'
  | 'plus' | 'refresh-cw' | 'rotate-ccw' | 'route' | 'search' | 'send' | 'share' | 'shield-check' | 'signpost'
  | 'snowflake' | 'spray-can' | 'square-parking' | 'store' | 'sun' | 'table-2' | 'thermometer' | 'toilet'
  | 'traffic-cone' | 'trash-2' | 'tree-pine' | 'trees' | 'triangle-alert' | 'undo-2' | 'user' | 'users' | 'volume-1'
  | 'volume-2' | 'waves' | 'x' | 'zap';
